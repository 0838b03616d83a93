/* Form and query encoding: every byte but the unreserved ones is percent-encoded.
 * Source: RFC 3986 section 2.3; URL Standard, application/x-www-form-urlencoded. */
#include "http/http.h"

#include <string.h>

/* ASCII whatever the locale. */
static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

static char *
put_encoded(char *out, const char *s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (is_unreserved(*s)) {
			*out++ = *s;
			continue;
		}
		*out++ = '%';
		*out++ = digits[c >> 4];
		*out++ = digits[c & 15];
	}
	return out;
}

char *
http_form(struct arena *arena, const char *const *pairs, size_t count)
{
	size_t i, room = 1;
	char *text, *out;

	for (i = 0; i < 2 * count; i++)
		room += 3 * strlen(pairs[i]) + 1;
	text = out = arena_alloc(arena, room);
	for (i = 0; i < 2 * count; i++) {
		if (i > 0)
			*out++ = i % 2 == 0 ? '&' : '=';
		out = put_encoded(out, pairs[i]);
	}
	*out = '\0';
	return text;
}
