/* Text out of web pages. A shop stores names as a page shows them: "Basic Life Support &ndash; Language: English", "Math <sup>2</sup>". */
#include "sales/markup.h"

#include <string.h>

#include "base/text.h"

#define REFERENCE_BYTES 32 /* the longest one looked at, without "&" and ";" */

static const struct {
	const char *name;
	uint32_t character;
} names[] = {
	{ "amp", '&' },
	{ "lt", '<' },
	{ "gt", '>' },
	{ "quot", '"' },
	{ "apos", '\'' },
	{ "nbsp", 0xa0 },
	{ "ndash", 0x2013 },
	{ "mdash", 0x2014 },
	{ "hellip", 0x2026 },
	{ "lsquo", 0x2018 },
	{ "rsquo", 0x2019 },
	{ "sbquo", 0x201a },
	{ "ldquo", 0x201c },
	{ "rdquo", 0x201d },
	{ "bdquo", 0x201e },
	{ "prime", 0x2032 },
	{ "Prime", 0x2033 },
	{ "times", 0xd7 },
	{ "middot", 0xb7 },
	{ "bull", 0x2022 },
	{ "laquo", 0xab },
	{ "raquo", 0xbb },
	{ "deg", 0xb0 },
	{ "ordf", 0xaa },
	{ "ordm", 0xba },
	{ "iexcl", 0xa1 },
	{ "iquest", 0xbf },
	{ "euro", 0x20ac },
	{ "pound", 0xa3 },
	{ "yen", 0xa5 },
	{ "cent", 0xa2 },
	{ "copy", 0xa9 },
	{ "reg", 0xae },
	{ "trade", 0x2122 },
	{ "sup2", 0xb2 },
	{ "sup3", 0xb3 },
	{ "frac12", 0xbd },
	{ "szlig", 0xdf },
	{ "aacute", 0xe1 },
	{ "eacute", 0xe9 },
	{ "iacute", 0xed },
	{ "oacute", 0xf3 },
	{ "uacute", 0xfa },
	{ "ntilde", 0xf1 },
	{ "ccedil", 0xe7 },
	{ "agrave", 0xe0 },
	{ "egrave", 0xe8 },
	{ "acirc", 0xe2 },
	{ "ecirc", 0xea },
	{ "auml", 0xe4 },
	{ "ouml", 0xf6 },
	{ "uuml", 0xfc },
	{ "Auml", 0xc4 },
	{ "Ouml", 0xd6 },
	{ "Uuml", 0xdc },
	{ "Aacute", 0xc1 },
	{ "Eacute", 0xc9 },
	{ "Ntilde", 0xd1 },
	{ "Ccedil", 0xc7 },
	{ "atilde", 0xe3 },
	{ "otilde", 0xf5 },
};

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* "#8211", "#x2013"; 0: no character. */
static uint32_t
by_number(const char *text, size_t len)
{
	uint32_t base = 10, value = 0;
	size_t i = 1;

	if (len > 1 && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		i = 2;
	}
	if (i == len)
		return 0;
	for (; i < len; i++) {
		if ((uint32_t)digit(text[i]) >= base)
			return 0;
		value = value * base + (uint32_t)digit(text[i]);
		if (value > 0x10ffff)
			return 0;
	}
	return value >= 0xd800 && value <= 0xdfff ? 0 : value;
}

/* The character of the reference at ${text}, which begins with "&", and where it ends; 0: it is none. */
static uint32_t
reference(const char *text, const char **ret_end)
{
	size_t len = strcspn(text + 1, "; <&"), i;

	if (text[1 + len] != ';' || len == 0 || len > REFERENCE_BYTES)
		return 0;
	*ret_end = text + len + 2;
	if (text[1] == '#')
		return by_number(text + 1, len);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == len && memcmp(names[i].name, text + 1, len) == 0)
			return names[i].character;
	return 0;
}

/* The end of the tag at ${text}, which begins with "<"; NULL: it is none, as in "a < b". */
static const char *
tag_end(const char *text)
{
	char c = text[1] == '/' ? text[2] : text[1];

	if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
		return NULL;
	text = strpbrk(text + 1, "<>");
	return text != NULL && *text == '>' ? text + 1 : NULL;
}

char *
sales_markup(struct arena *arena, const char *text)
{
	const char *s = text != NULL ? text : "", *end;
	char *plain = arena_alloc(arena, strlen(s) + 1), *out = plain; /* a reference is never shorter than its character */
	uint32_t character;

	while (*s != '\0') {
		if (*s == '&' && (character = reference(s, &end)) != 0) {
			out += text_put(character, out);
			s = end;
		} else if (*s == '<' && (end = tag_end(s)) != NULL) {
			s = end;
		} else {
			*out++ = *s++;
		}
	}
	*out = '\0';
	return plain;
}
