/* Sentences of Moodle's report, and answers of its web service. */
#include <string.h>

#include "base/clock.h"
#include "fuzz.h"
#include "moodle/answer.h"
#include "moodle/report.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct answer_raw raw = { "core_user_get_users", true, 200, NULL, 0 };
	struct err err = ERR_INIT;
	const char *errorcode;
	struct json *json;
	int64_t utc = 0;
	char *text = arena_strndup(&arena, size == 0 ? "" : (const char *)data, size);

	if (report_date(text, &utc, &err) == 0) {
		struct clock_date date = clock_from_utc(utc);

		MUST_HOLD(utc % 60 == 0 && clock_valid(&date));
	}
	err_reset(&err);
	raw.body = text;
	raw.body_len = strlen(text);
	raw.repeatable = size % 2 == 0;
	if (answer_judge(&arena, &raw, &json, &errorcode, &err) == 0)
		MUST_HOLD(json != NULL && errorcode == NULL);
	else
		MUST_HOLD(err.code != ERR_NONE && strchr(err.message, '\n') == NULL);
	arena_done(&arena);
	return 0;
}
