/* Normal forms and case by utf8proc; domain names by libidn2, whose UTF-8 functions do not depend on the locale. */
#include "adapter/unicode.h"

#include <string.h>

#include <idn2.h>
#include <utf8proc.h>

#include "base/text.h"

/* Run utf8proc over ${s}: count, decompose and compose in the arena. */
static char *
map(struct arena *arena, const char *s, utf8proc_option_t options, utf8proc_custom_func each)
{
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)s;
	utf8proc_ssize_t need, len;
	utf8proc_int32_t *points;

	options |= UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_NULLTERM;
	need = utf8proc_decompose_custom(bytes, 0, NULL, 0, options, each, NULL);
	BUG_UNLESS(need >= 0);
	/* One more for the NUL; a code point takes at most four bytes, so the bytes fit where the code points were. */
	points = ARENA_ARRAY(arena, (size_t)need + 1, utf8proc_int32_t);
	len = utf8proc_decompose_custom(bytes, 0, points, need, options, each, NULL);
	BUG_UNLESS(len == need);
	len = utf8proc_reencode(points, len, options);
	BUG_UNLESS(len >= 0);
	return (char *)points;
}

static bool
is_ascii(const char *s)
{
	while (*s != '\0' && (unsigned char)*s < 0x80)
		s++;
	return *s == '\0';
}

/* ASCII is composed; its letters are lowered and folded alike. */
static char *
ascii_lower(struct arena *arena, const char *s)
{
	char *lowered = arena_strdup(arena, s), *p;

	for (p = lowered; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return lowered;
}

char *
unicode_nfc(struct arena *arena, const char *s)
{
	if (is_ascii(s))
		return arena_strdup(arena, s);
	return map(arena, s, UTF8PROC_STABLE, NULL);
}

char *
unicode_fold(struct arena *arena, const char *s)
{
	return is_ascii(s) ? ascii_lower(arena, s) : map(arena, s, UTF8PROC_CASEFOLD, NULL);
}

static utf8proc_int32_t
lower(utf8proc_int32_t code_point, void *context)
{
	(void)context;
	return utf8proc_tolower(code_point);
}

char *
unicode_lower(struct arena *arena, const char *s)
{
	if (is_ascii(s))
		return ascii_lower(arena, s);
	/* Compose first: the lower case of a composed letter is not always that of its parts. */
	return map(arena, unicode_nfc(arena, s), UTF8PROC_STABLE, lower);
}

bool
unicode_visible(uint32_t code_point)
{
	switch (utf8proc_category((utf8proc_int32_t)code_point)) {
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP: return false;
	default: return true;
	}
}

static int
not_domain(const char *reason, struct err *err)
{
	return err_set(err, ERR_DATA, "not a domain name: %s", reason);
}

/* The host-name rules (STD 3, RFC 1123 section 2.1) on the ASCII part of a name: why it breaks them, or NULL. libidn2 could be asked to
 * apply them, but then drops what they forbid without a word, and "a_b.example" becomes somebody else's "ab.example". */
static const char *
broken_rule(const char *name)
{
	const char *p;

	if (name[0] == '\0')
		return "it is empty";
	if (name[0] == '.' || strstr(name, "..") != NULL || name[strlen(name) - 1] == '.')
		return "a part between dots is empty";
	if (name[0] == '-' || strstr(name, ".-") != NULL || strstr(name, "-.") != NULL || name[strlen(name) - 1] == '-')
		return "a part between dots begins or ends with a hyphen";
	for (p = name; *p != '\0'; p++)
		if ((unsigned char)*p < 0x80 && *p != '-' && *p != '.' && !(*p >= '0' && *p <= '9') && !(*p >= 'a' && *p <= 'z') &&
		    !(*p >= 'A' && *p <= 'Z'))
			return "only letters, digits, hyphens and dots may stand in it";
	return NULL;
}

static const char *
too_long(const char *ascii)
{
	size_t len = strlen(ascii), label = 0, i;

	for (i = 0; i < len; i++) {
		label = ascii[i] == '.' ? 0 : label + 1;
		if (label > 63)
			return "a part between dots is longer than 63 characters";
	}
	return len > 253 ? "it is longer than 253 characters" : NULL;
}

/* A name in ASCII that punycode has no part in is mapped by lower case alone: the two hyphens that IDNA forbids are lawful here. */
static bool
plain(const char *lowered)
{
	const char *p;

	for (p = lowered; *p != '\0'; p++)
		if ((unsigned char)*p >= 0x80)
			return false;
	return strncmp(lowered, "xn--", 4) != 0 && strstr(lowered, ".xn--") == NULL;
}

int
unicode_columns(uint32_t code_point)
{
	return utf8proc_charwidth((utf8proc_int32_t)code_point);
}

int
unicode_direction(uint32_t code_point)
{
	switch (utf8proc_get_property((utf8proc_int32_t)code_point)->bidi_class) {
	case UTF8PROC_BIDI_CLASS_L: return 1;
	case UTF8PROC_BIDI_CLASS_R:
	case UTF8PROC_BIDI_CLASS_AL: return -1;
	default: return 0;
	}
}

int
unicode_domain_ascii(struct arena *arena, const char *domain, char **ret_ascii, struct err *err)
{
	char *ascii = NULL, *lowered = unicode_lower(arena, domain);
	const char *reason = broken_rule(domain);
	int rc;

	if (reason == NULL && plain(lowered))
		reason = too_long(lowered);
	if (reason != NULL)
		return not_domain(reason, err);
	if (plain(lowered)) {
		*ret_ascii = lowered;
		return 0;
	}
	rc = idn2_to_ascii_8z(domain, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
	if (rc != IDN2_OK)
		return not_domain(idn2_strerror(rc), err);
	/* The mapping may bring forth what the rules forbid: a full-width at sign, an ideographic full stop at the end. */
	reason = broken_rule(ascii);
	if (reason == NULL)
		reason = too_long(ascii);
	if (reason == NULL)
		*ret_ascii = arena_strdup(arena, ascii);
	idn2_free(ascii);
	return reason == NULL ? 0 : not_domain(reason, err);
}
