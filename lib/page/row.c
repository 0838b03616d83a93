/* Rows of tables. */
#include "page/row.h"

#include <math.h>

#define ASCENT 0.78 /* em from the row's upper edge to the first base line: capitals and a little */
#define DESCENT 0.24
#define LEADING 1.25

static double
leading_of(const struct page_cell *cell)
{
	return (cell->slot.leading > 0 ? cell->slot.leading : LEADING) * cell->set->size;
}

static double
ascent_of(const struct page_cell *cells, size_t count)
{
	double ascent = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (cells[i].set != NULL)
			ascent = fmax(ascent, ASCENT * cells[i].set->size);
	return ascent;
}

int
page_row_fit(struct arena *arena, struct page_cell *cells, size_t count, double padding, double *ret_height, struct err *err)
{
	double below = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		cells[i].set = NULL;
		if (cells[i].text[0] == '\0')
			continue;
		if (page_wrap(arena, cells[i].style, &cells[i].slot, cells[i].what, cells[i].text, &cells[i].set, err) != 0)
			return -1;
		below = fmax(below, (double)(cells[i].set->line_count - 1) * leading_of(&cells[i]) + DESCENT * cells[i].set->size);
	}
	*ret_height = 2 * padding + ascent_of(cells, count) + below;
	return 0;
}

void
page_row_place(struct page_cell *cells, size_t count, double padding, double top)
{
	const double base = top - padding - ascent_of(cells, count);
	struct page_slot *slot;
	size_t i;

	for (i = 0; i < count; i++) {
		if (cells[i].set == NULL)
			continue;
		slot = &cells[i].slot;
		slot->x = slot->align == PAGE_RIGHT    ? cells[i].left + slot->width
			  : slot->align == PAGE_CENTRE ? cells[i].left + slot->width / 2
						       : cells[i].left;
		slot->y = base;
		slot->grow = PAGE_GROW_DOWN;
		if (slot->leading <= 0)
			slot->leading = LEADING;
	}
}
