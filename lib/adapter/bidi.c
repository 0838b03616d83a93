/* The Unicode bidirectional algorithm by FriBidi: levels only. Reordering is done on shaped runs by lib/page, because glyphs,
 * not characters, are what stands in visual order. */
#include "adapter/bidi.h"

#include <fribidi.h>

/* A line on a page; longer text is a mistake of the caller's data. */
#define MAX_CHARACTERS 4096

int
bidi_levels(const uint32_t *text, size_t count, bool *ret_rtl, uint8_t *ret_levels, struct err *err)
{
	FriBidiCharType types[MAX_CHARACTERS];
	FriBidiBracketType brackets[MAX_CHARACTERS];
	FriBidiLevel levels[MAX_CHARACTERS];
	FriBidiParType direction = FRIBIDI_PAR_ON;
	size_t i;

	if (count > MAX_CHARACTERS)
		return err_set(err, ERR_DATA, "line of %zu characters is longer than %d", count, MAX_CHARACTERS);
	if (count == 0) {
		*ret_rtl = false;
		return 0;
	}
	fribidi_get_bidi_types(text, (FriBidiStrIndex)count, types);
	fribidi_get_bracket_types(text, (FriBidiStrIndex)count, types, brackets);
	if (fribidi_get_par_embedding_levels_ex(types, brackets, (FriBidiStrIndex)count, &direction, levels) == 0)
		return err_set(err, ERR_SYSTEM, "could not order a line of %zu characters: out of memory", count);
	for (i = 0; i < count; i++)
		ret_levels[i] = (uint8_t)levels[i];
	*ret_rtl = FRIBIDI_IS_RTL(direction);
	return 0;
}
