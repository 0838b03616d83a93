/* Both sides of an SMTP dialogue. Lines of the input that begin with '>' are ours, the others the server's. */
#include <string.h>

#include "../../lib/adapter/smtp_dialogue.h"
#include "base/text.h"
#include "fuzz.h"
#include "outbox/address.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct dialogue dialogue;
	bool whole = size > 0 && data[0] == '+';
	enum dialogue_verdict verdict;
	const char *words;
	size_t i, len;

	dialogue_init(&dialogue);
	dialogue_enter(&dialogue, DIALOGUE_CONNECT);
	for (i = 0; i < size; i += len) {
		const uint8_t *end = memchr(data + i, '\n', size - i);
		enum dialogue_stage before = dialogue.stage;

		len = end == NULL ? size - i : (size_t)(end - (data + i)) + 1;
		if (data[i] == '>') {
			dialogue_sent(&dialogue, (const char *)data + i + 1, len - 1);
		} else if (data[i] == '.') {
			/* The message itself, as far as it was asked for. */
			dialogue_enter(&dialogue, len > 2 ? DIALOGUE_BODY : DIALOGUE_END);
		} else {
			dialogue_heard(&dialogue, (const char *)data + i, len);
			MUST_HOLD(dialogue.stage == before); /* no server moves us on */
		}
		MUST_HOLD(dialogue.code == 0 || (dialogue.code >= 200 && dialogue.code <= 599));
		words = dialogue_text(&dialogue);
		MUST_HOLD(words[0] != '\0' && (dialogue.reply.len == 0 || strlen(words) == dialogue.reply.len));
	}
	verdict = dialogue_verdict(&dialogue, whole);
	if (verdict == DIALOGUE_ACCEPTED)
		MUST_HOLD(whole || (dialogue.stage == DIALOGUE_END && dialogue.code / 100 == 2));
	if (verdict == DIALOGUE_DEFERRED)
		MUST_HOLD(dialogue.code / 100 == 4 && dialogue.stage >= DIALOGUE_RECIPIENT);
	if (verdict == DIALOGUE_REJECTED)
		MUST_HOLD(dialogue.code / 100 == 5 && dialogue.stage >= DIALOGUE_SENDER);
	/* Never forgotten once it may have arrived, never doubted before. */
	if (!whole)
		MUST_HOLD((verdict == DIALOGUE_SESSION) <= (dialogue.stage != DIALOGUE_END));
	MUST_HOLD((verdict == DIALOGUE_DOUBT) <= (dialogue.stage == DIALOGUE_END));
	/* What is kept of the words can be stored and shown. */
	words = address_scrub(&arena, dialogue_text(&dialogue), "ana.lopez@example.org");
	MUST_HOLD(text_utf8_valid(words, strlen(words)) && strlen(words) <= 300 && strchr(words, '@') == NULL);
	for (; *words != '\0'; words++)
		MUST_HOLD((unsigned char)*words >= 0x20 && *words != 0x7f);
	dialogue_done(&dialogue);
	arena_done(&arena);
	return 0;
}
