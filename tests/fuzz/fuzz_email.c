/* E-mail addresses: a normal form is ASCII in its domain, holds one "@" and is its own normal form. */
#include <string.h>

#include "adapter/email.h"
#include "adapter/unicode.h"
#include "base/text.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	char *text = arena_strndup(&arena, size == 0 ? "" : (const char *)data, size), *email, *again, *folded;
	const char *at, *p;

	if (email_normalise(&arena, text, &email, &err) == 0) {
		at = strchr(email, '@');
		MUST_HOLD(at != NULL && strchr(at + 1, '@') == NULL && at > email && at[1] != '\0');
		MUST_HOLD(strlen(email) <= 254 && text_utf8_valid(email, strlen(email)) && !text_has_control(email));
		for (p = at; *p != '\0'; p++)
			MUST_HOLD((unsigned char)*p < 0x80 && !(*p >= 'A' && *p <= 'Z'));
		MUST_HOLD(email_normalise(&arena, email, &again, &err) == 0);
		MUST_HOLD(strcmp(email, again) == 0);
	} else {
		MUST_HOLD(err.code == ERR_DATA);
	}
	if (text_utf8_valid(text, strlen(text))) {
		folded = unicode_fold(&arena, text);
		MUST_HOLD(text_utf8_valid(folded, strlen(folded)));
		MUST_HOLD(strcmp(unicode_nfc(&arena, folded), folded) == 0);
		text = unicode_nfc(&arena, text);
		MUST_HOLD(strcmp(unicode_nfc(&arena, text), text) == 0);
	}
	arena_done(&arena);
	return 0;
}
