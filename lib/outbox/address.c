/* Mail addresses: what we are willing to put behind "RCPT TO:" and into headers. Narrower than the RFCs on purpose: what is refused
 * here is refused by most servers too, and a short list of characters leaves no room for injected lines or commands. */
#include "outbox/address.h"

#include <stdbool.h>
#include <string.h>

#include "adapter/email.h"
#include "adapter/unicode.h"
#include "base/buf.h"
#include "base/text.h"

#define ADDRESS_LOCAL_BYTES 64
#define ADDRESS_MAX_BYTES 254
#define ADDRESS_REPLY_BYTES 300

/* `atext` of RFC 5322 section 3.2.3. */
static bool
is_atext(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static int
check_local(const char *local, size_t len, bool utf8, struct err *err)
{
	size_t i;

	if (len == 0)
		return err_set(err, ERR_DATA, "the address has no local part");
	for (i = 0; i < len && !utf8; i++)
		if ((unsigned char)local[i] >= 0x80)
			return err_set(err, ERR_DATA, "the address has a local part outside ASCII, which would need SMTPUTF8");
	for (i = 0; i < len; i++)
		if (!is_atext(local[i]) && (unsigned char)local[i] < 0x80 &&
		    (local[i] != '.' || i == 0 || i + 1 == len || local[i - 1] == '.'))
			return err_set(err, ERR_DATA,
			    "the address has a local part that is not plain letters, digits and signs with single dots inside");
	if (len > ADDRESS_LOCAL_BYTES)
		return err_set(err, ERR_DATA, "the address has a local part of more than %d characters", ADDRESS_LOCAL_BYTES);
	return 0;
}

/* Labels of letters, digits and inner hyphens, 1 to 63 octets (RFC 1123 section 2.1). */
static bool
domain_valid(const char *domain)
{
	const char *label = domain, *p;

	for (p = domain;; p++) {
		if (*p == '.' || *p == '\0') {
			if (p == label || p - label > 63 || *label == '-' || p[-1] == '-')
				return false;
			if (*p == '\0')
				return true;
			label = p + 1;
		} else if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '-')) {
			return false;
		}
	}
}

bool
address_has_break(const char *text)
{
	return text_has_control(text) || strstr(text, "\u2028") != NULL || strstr(text, "\u2029") != NULL;
}

static int
check_mailbox(struct arena *arena, const char *text, bool utf8, char **ret_mailbox, struct err *err)
{
	const char *at;
	struct err why = ERR_INIT;
	char *domain, *mailbox;

	if (*text == '\0')
		return err_set(err, ERR_DATA, "there is no address");
	if (!text_utf8_valid(text, strlen(text)))
		return err_set(err, ERR_DATA, "the address is not UTF-8");
	if (text_has_control(text))
		return err_set(err, ERR_DATA, "the address holds a control character");
	at = strrchr(text, '@');
	if (at == NULL)
		return err_set(err, ERR_DATA, "the address has no \"@\"");
	if (check_local(text, (size_t)(at - text), utf8, err) != 0)
		return -1;
	/* The reason quotes the domain: it stays here. */
	if (unicode_domain_ascii(arena, at + 1, &domain, &why) != 0 || !domain_valid(domain))
		return err_set(err, ERR_DATA, "the address has a domain that cannot exist");
	mailbox = arena_printf(arena, "%.*s@%s", (int)(at - text), text, domain);
	if (strlen(mailbox) > ADDRESS_MAX_BYTES)
		return err_set(err, ERR_DATA, "the address is longer than %d characters", ADDRESS_MAX_BYTES);
	*ret_mailbox = mailbox;
	return 0;
}

int
address_mailbox(struct arena *arena, const char *text, char **ret_mailbox, struct err *err)
{
	return check_mailbox(arena, text, /* utf8= */ false, ret_mailbox, err);
}

int
address_recipient(struct arena *arena, const char *text, char **ret_mailbox, struct err *err)
{
	char *mailbox, *email;

	/* It also knows what of the other letters is none. */
	if (check_mailbox(arena, text, /* utf8= */ true, &mailbox, err) != 0 || email_normalise(arena, text, &email, err) != 0)
		return -1;
	*ret_mailbox = mailbox;
	return 0;
}

/* The text between the quotes of a quoted string that ${text} consists of; NULL if it does not. */
static char *
unquote(struct arena *arena, const char *text)
{
	char *name = arena_alloc(arena, strlen(text) + 1), *out = name;
	const char *p;

	for (p = text + 1; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && *++p == '\0')
			return NULL;
		*out++ = *p;
	}
	return p[0] == '"' && p[1] == '\0' ? name : NULL;
}

int
address_parse(struct arena *arena, const char *text, struct address *ret_address, struct err *err)
{
	const char *trimmed, *open;
	char *mailbox, *name;
	size_t len;

	if (!text_utf8_valid(text, strlen(text)))
		return err_set(err, ERR_DATA, "the address is not UTF-8");
	if (address_has_break(text))
		return err_set(err, ERR_DATA, "the address holds a control character");
	trimmed = text_trim(arena, text);
	len = strlen(trimmed);
	if (len == 0 || trimmed[len - 1] != '>') {
		if (address_mailbox(arena, trimmed, &mailbox, err) != 0)
			return -1;
		*ret_address = (struct address){ "", mailbox };
		return 0;
	}
	open = strrchr(trimmed, '<');
	if (open == NULL)
		return err_set(err, ERR_DATA, "the address has a \">\" without \"<\"");
	name = text_trim(arena, arena_strndup(arena, trimmed, (size_t)(open - trimmed)));
	if (*name == '"') {
		name = unquote(arena, name);
		if (name == NULL)
			return err_set(err, ERR_DATA, "the name before the address has an open quote");
	} else if (strpbrk(name, "\"<>@") != NULL) {
		return err_set(err, ERR_DATA, "the name before the address must be quoted");
	}
	if (address_mailbox(arena, arena_strndup(arena, open + 1, (size_t)(trimmed + len - 1 - (open + 1))), &mailbox, err) != 0)
		return -1;
	*ret_address = (struct address){ name, mailbox };
	return 0;
}

const char *
address_domain(const char *mailbox)
{
	const char *at = strrchr(mailbox, '@');

	BUG_UNLESS(at != NULL);
	return at + 1;
}

/* Does a word of ${len} bytes begin at ${p}, given the byte before it? ASCII letters of either case are the same. */
static bool
word_at(const char *start, const char *p, const char *word, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char a = p[i], b = word[i];

		if (a >= 'A' && a <= 'Z')
			a = (char)(a + 32);
		if (b >= 'A' && b <= 'Z')
			b = (char)(b + 32);
		if (a == '\0' || a != b)
			return false;
	}
	return (p == start || !is_atext(p[-1]) || strchr("'`=/", p[-1]) != NULL) &&
	       (!is_atext(p[len]) || strchr("'`=/", p[len]) != NULL);
}

/* What ends an address in running text. */
static bool
is_break(char c)
{
	return c == '\0' || strchr(" <>()[],;:\"'", c) != NULL;
}

char *
address_scrub(struct arena *arena, const char *text, const char *mailbox)
{
	size_t local_len = strcspn(mailbox, "@"), run, room;
	struct buf buf;
	char *clean = arena_strdup(arena, text), *p, *result;

	for (p = clean; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	buf_init(&buf, 4 * strlen(clean) + 64);
	for (p = clean; *p != '\0';) {
		for (run = 0; !is_break(p[run]); run++)
			;
		if (run > 0 && memchr(p, '@', run) != NULL) {
			buf_text(&buf, "address");
			p += run;
		} else if (local_len > 1 && word_at(clean, p, mailbox, local_len)) {
			buf_text(&buf, "address");
			p += local_len;
		} else {
			buf_char(&buf, *p++);
		}
	}
	/* Whole characters only; a reply may be in any encoding. */
	room = buf.len < ADDRESS_REPLY_BYTES ? buf.len : ADDRESS_REPLY_BYTES;
	while (room > 0 && room < buf.len && ((unsigned char)buf.data[room] & 0xc0) == 0x80)
		room--;
	result = arena_strndup(arena, buf.data, room);
	for (p = result; !text_utf8_valid(result, strlen(result)) && *p != '\0'; p++)
		if ((unsigned char)*p >= 0x80)
			*p = '?';
	buf_done(&buf);
	return result;
}
