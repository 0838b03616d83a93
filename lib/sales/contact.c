/* Names, addresses and labels out of forms that anybody may have filled in. */
#include "sales/contact.h"

#include <string.h>

#include "adapter/email.h"
#include "adapter/unicode.h"
#include "base/text.h"

/* Both stand in a unique index, whose rows must not pass a third of a page. */
#define NAME_BYTES 400
#define RAW_EMAIL_BYTES 320

char *
sales_text(struct arena *arena, const char *text, size_t max_bytes)
{
	const char *s = text == NULL ? "" : unicode_nfc(arena, text), *next;
	char *plain = arena_alloc(arena, strlen(s) + 1), *out = plain;
	uint32_t c;

	while (*s != '\0') {
		next = text_next(s, &c);
		/* C0, DEL and C1 controls, which include line breaks and tabs. */
		if (c <= 0x20 || (c >= 0x7f && c <= 0xa0)) {
			if (out > plain && out[-1] != ' ')
				*out++ = ' ';
		} else {
			memcpy(out, s, (size_t)(next - s));
			out += next - s;
		}
		s = next;
	}
	*out = '\0';
	plain = text_trim(arena, plain);
	if (strlen(plain) > max_bytes) {
		while (((unsigned char)plain[max_bytes] & 0xc0) == 0x80)
			max_bytes--;
		plain[max_bytes] = '\0';
	}
	return plain;
}

struct sales_contact *
sales_contact(struct arena *arena, const char *email, const char *name)
{
	struct sales_contact *contact = ARENA_NEW(arena, struct sales_contact);
	const char *raw = sales_text(arena, email, RAW_EMAIL_BYTES);
	struct err reason = ERR_INIT;
	char *normal = NULL;

	contact->email = "";
	contact->raw_email = "";
	contact->name = sales_text(arena, name, NAME_BYTES);
	/* Why it is no address is found again when somebody needs it (finding BAD_EMAIL): the reason is dropped here on purpose. */
	if (raw[0] != '\0' && email_normalise(arena, email, &normal, &reason) == 0)
		contact->email = normal;
	else
		contact->raw_email = raw;
	return raw[0] == '\0' && contact->name[0] == '\0' ? NULL : contact;
}

bool
sales_label_matches(struct arena *arena, const char *label, const struct config_list *wanted)
{
	const char *folded = unicode_fold(arena, text_trim(arena, label));
	size_t i;

	for (i = 0; i < wanted->count; i++) {
		if (text_equal(folded, unicode_fold(arena, text_trim(arena, wanted->items[i]))))
			return true;
	}
	return false;
}
