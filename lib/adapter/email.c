/* E-mail addresses as keys of persons. Sources send them as buyers typed them; one normal form decides who is the same. */
#include "adapter/email.h"

#include <string.h>

#include "adapter/unicode.h"
#include "base/text.h"

#define MAX_LOCAL_BYTES 64
#define MAX_BYTES 254

static int
not_email(const char *reason, struct err *err)
{
	return err_set(err, ERR_DATA, "not an e-mail address: %s", reason);
}

/* Why the trimmed address cannot be one, or NULL. */
static const char *
fault(const char *address)
{
	const char *at = strchr(address, '@'), *p = address;
	uint32_t c;

	if (address[0] == '\0')
		return "it is empty";
	while (*p != '\0') {
		p = text_next(p, &c);
		if (!unicode_visible(c))
			return "a blank, control or invisible character stands in it";
		if (c < 0x80 && strchr("\"(),:;<>[\\]", (int)c) != NULL)
			return "a character stands in it that needs quotes";
	}
	if (at == NULL)
		return "it has no \"@\"";
	if (strchr(at + 1, '@') != NULL)
		return "it has more than one \"@\"";
	if (at == address)
		return "nothing stands before the \"@\"";
	if (at[1] == '\0')
		return "nothing follows the \"@\"";
	return NULL;
}

int
email_normalise(struct arena *arena, const char *raw, char **ret_email, struct err *err)
{
	char *address, *at, *domain, *email;
	const char *reason;

	if (!text_utf8_valid(raw, strlen(raw)))
		return not_email("it is not UTF-8", err);
	address = unicode_lower(arena, text_trim(arena, raw));
	reason = fault(address);
	if (reason != NULL)
		return not_email(reason, err);
	at = strchr(address, '@');
	if (at - address > MAX_LOCAL_BYTES)
		return not_email("more than 64 bytes stand before the \"@\"", err);
	if (unicode_domain_ascii(arena, at + 1, &domain, err) != 0)
		return err_wrap(err, "not an e-mail address");
	email = arena_printf(arena, "%.*s@%s", (int)(at - address), address, domain);
	if (strlen(email) > MAX_BYTES)
		return not_email("it is longer than 254 bytes", err);
	*ret_email = email;
	return 0;
}
