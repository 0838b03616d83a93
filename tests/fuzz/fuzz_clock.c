/* Moments, dates, durations and zones: what parses is written and read again as the same. */
#include <string.h>

#include "base/clock.h"
#include "config/duration.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct clock_date date;
	struct duration term;
	struct err err = ERR_INIT;
	int64_t utc = 0, again;
	char *text;
	int micros, offset_s;

	text = arena_strndup(&arena, size == 0 ? "" : (const char *)data, size);
	if (clock_parse(text, &utc, &micros, &err) == 0) {
		MUST_HOLD(micros >= 0 && micros < 1000000);
		MUST_HOLD(clock_parse(clock_iso(&arena, utc), &again, NULL, &err) == 0 && again == utc);
	}
	err_reset(&err);
	if (clock_parse_date(text, &utc, &err) == 0)
		MUST_HOLD(strncmp(clock_iso(&arena, utc), text, 10) == 0);
	err_reset(&err);
	if (duration_span(text, &again, &err) == 0)
		MUST_HOLD(again >= 0);
	err_reset(&err);
	if (duration_term(text, &term, &err) == 0)
		MUST_HOLD(term.years >= 0 && term.years <= 9999 && term.days >= 0 && term.days <= 9999);
	/* A zone by the text's name at a moment of its bytes, and a moment of its bytes through the calendar. */
	memcpy(&utc, text, strlen(text) < sizeof(utc) ? strlen(text) : sizeof(utc));
	date = clock_from_utc(utc);
	MUST_HOLD(clock_valid(&date));
	err_reset(&err);
	if (clock_in_zone(text, utc, &date, &offset_s, &err) == 0)
		MUST_HOLD(clock_valid(&date) && offset_s > -86400 && offset_s < 86400);
	err_reset(&err);
	MUST_HOLD(clock_in_zone("Europe/Madrid", utc, &date, &offset_s, &err) == 0);
	MUST_HOLD(clock_valid(&date));
	arena_done(&arena);
	return 0;
}
