/* Mail that came back: whatever it holds, what is kept of it is clean, short and without addresses, and it is never more than it says. */
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "outbox/bounce.h"

static void
must_be_clean(const char *text, size_t most)
{
	MUST_HOLD(text_utf8_valid(text, strlen(text)) && !text_has_control(text) && strlen(text) <= most);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct return_path path = { .on = true, .local = "bounces", .domain = "example.org", .tenant = "acme", .key = { 7 } };
	struct bounce bounce;
	struct dsn *dsn;
	const char *sender;
	char *spoiled;
	size_t i;

	dsn = dsn_read(&arena, size == 0 ? (const uint8_t *)"" : data, size);
	MUST_HOLD(dsn->recipient_count <= DSN_MAX_RECIPIENTS && dsn->delivered_count <= DSN_MAX_ADDRESSES);
	for (i = 0; i < dsn->recipient_count; i++) {
		const struct dsn_recipient *recipient = &dsn->recipients[i];

		must_be_clean(recipient->action, DSN_TEXT_BYTES);
		must_be_clean(recipient->status, DSN_TEXT_BYTES);
		must_be_clean(recipient->words, DSN_TEXT_BYTES);
		must_be_clean(recipient->final, DSN_TEXT_BYTES);
		must_be_clean(recipient->original, DSN_TEXT_BYTES);
	}
	for (i = 0; i < dsn->delivered_count; i++) {
		must_be_clean(dsn->delivered[i], DSN_TEXT_BYTES);
		/* Nobody has the key. */
		MUST_HOLD(return_path_read(&path, dsn->delivered[i]) == 0);
	}
	must_be_clean(dsn->from, DSN_TEXT_BYTES);
	must_be_clean(dsn->body, DSN_BODY_BYTES);
	if (dsn->message_id != NULL)
		must_be_clean(dsn->message_id, DSN_TEXT_BYTES + 2);

	bounce_judge(&arena, dsn, &bounce);
	must_be_clean(bounce.words, 300);
	MUST_HOLD(strchr(bounce.words, '@') == NULL && strlen(bounce.status) <= 9);
	MUST_HOLD(bounce.status[0] == '\0' || strchr("245", bounce.status[0]) != NULL);
	MUST_HOLD(!bounce.no_user || (bounce.report && bounce.kind == BOUNCE_FAILED && bounce.status[0] == '5'));
	MUST_HOLD(bounce.report == dsn->report);
	if (bounce.address != NULL)
		must_be_clean(bounce.address, 254);

	/* An address of ours with one byte of the input in it is none. */
	sender = return_path_write(&arena, &path, 1 + (int64_t)size);
	MUST_HOLD(return_path_read(&path, sender) == 1 + (int64_t)size);
	if (size >= 2 && data[1] != '\0') {
		spoiled = arena_strdup(&arena, sender);
		i = data[0] % strlen(spoiled);
		spoiled[i] = (char)data[1];
		MUST_HOLD(
		    (return_path_read(&path, spoiled) != 0) ==
		    (spoiled[i] == sender[i] || ((spoiled[i] ^ sender[i]) == 32 && ((sender[i] >= 'a' && sender[i] <= 'z') ||
										       (sender[i] >= 'A' && sender[i] <= 'Z')))));
	}
	arena_done(&arena);
	return 0;
}
