/* Amounts: what parses exactly is written and read again as the same, and rounding agrees with it. */
#include <string.h>

#include "base/money.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const currencies[] = { "EUR", "JPY", "KWD", "CLF" };
	struct arena arena = ARENA_INIT;
	struct money exact, rounded, again;
	struct err err = ERR_INIT;
	char *text;
	size_t i;

	text = arena_strndup(&arena, size == 0 ? "" : (const char *)data, size);
	for (i = 0; i < sizeof(currencies) / sizeof(currencies[0]); i++) {
		err_reset(&err);
		if (money_parse(text, currencies[i], MONEY_HALF_UP, &rounded, &err) != 0)
			continue;
		MUST_HOLD(money_parse(money_decimal(&arena, &rounded), currencies[i], MONEY_EXACT, &again, &err) == 0);
		MUST_HOLD(again.minor == rounded.minor && strcmp(again.currency, rounded.currency) == 0);
		if (money_parse(text, currencies[i], MONEY_EXACT, &exact, &err) == 0)
			MUST_HOLD(exact.minor == rounded.minor);
	}
	err_reset(&err);
	if (money_parse_pair(text, &exact, &err) == 0) {
		MUST_HOLD(money_parse_pair(money_text(&arena, &exact), &again, &err) == 0);
		MUST_HOLD(again.minor == exact.minor && strcmp(again.currency, exact.currency) == 0);
	}
	arena_done(&arena);
	return 0;
}
