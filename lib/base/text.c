/* UTF-8 text: validation, stepping, trimming. Case folding, normalisation and the like need tables: lib/adapter/unicode.c. */
#include "base/text.h"

#include <string.h>

size_t
text_character(const char *text, size_t left)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t need, i;

	if (left == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		need = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		need = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		need = 4;
	else
		return 0;
	if (left < need)
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0; /* no overlong form */
	else if (s[0] == 0xed)
		high = 0x9f; /* no surrogate */
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f; /* nothing above U+10FFFF */
	if (s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < need; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return need;
}

bool
text_utf8_valid(const char *s, size_t len)
{
	size_t at = 0, step;

	while (at < len) {
		step = text_character(s + at, len - at);
		if (step == 0)
			return false;
		at += step;
	}
	return true;
}

const char *
text_next(const char *s, uint32_t *ret_code_point)
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] < 0x80) {
		*ret_code_point = p[0];
		return p[0] == 0 ? s : s + 1;
	}
	if (p[0] < 0xe0) {
		*ret_code_point = ((uint32_t)(p[0] & 0x1f) << 6) | (p[1] & 0x3fu);
		return s + 2;
	}
	if (p[0] < 0xf0) {
		*ret_code_point = ((uint32_t)(p[0] & 0x0f) << 12) | ((uint32_t)(p[1] & 0x3f) << 6) | (p[2] & 0x3fu);
		return s + 3;
	}
	*ret_code_point =
	    ((uint32_t)(p[0] & 0x07) << 18) | ((uint32_t)(p[1] & 0x3f) << 12) | ((uint32_t)(p[2] & 0x3f) << 6) | (p[3] & 0x3fu);
	return s + 4;
}

size_t
text_put(uint32_t code_point, char *ret_bytes)
{
	if (code_point < 0x80) {
		ret_bytes[0] = (char)code_point;
		return 1;
	}
	if (code_point < 0x800) {
		ret_bytes[0] = (char)(0xc0 | (code_point >> 6));
		ret_bytes[1] = (char)(0x80 | (code_point & 0x3f));
		return 2;
	}
	if (code_point < 0x10000) {
		ret_bytes[0] = (char)(0xe0 | (code_point >> 12));
		ret_bytes[1] = (char)(0x80 | ((code_point >> 6) & 0x3f));
		ret_bytes[2] = (char)(0x80 | (code_point & 0x3f));
		return 3;
	}
	ret_bytes[0] = (char)(0xf0 | (code_point >> 18));
	ret_bytes[1] = (char)(0x80 | ((code_point >> 12) & 0x3f));
	ret_bytes[2] = (char)(0x80 | ((code_point >> 6) & 0x3f));
	ret_bytes[3] = (char)(0x80 | (code_point & 0x3f));
	return 4;
}

size_t
text_count(const char *s)
{
	size_t count = 0;

	for (; *s != '\0'; s++)
		if (((unsigned char)*s & 0xc0) != 0x80)
			count++;
	return count;
}

bool
text_has_control(const char *s)
{
	uint32_t c;

	while (*s != '\0') {
		s = text_next(s, &c);
		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			return true;
	}
	return false;
}

static bool
is_space(uint32_t c)
{
	return c == ' ' || (c >= 0x09 && c <= 0x0d) || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200b) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000 || c == 0xfeff;
}

char *
text_trim(struct arena *arena, const char *s)
{
	const char *start = NULL, *end = s, *next;
	uint32_t c;

	for (; *s != '\0'; s = next) {
		next = text_next(s, &c);
		if (is_space(c))
			continue;
		if (start == NULL)
			start = s;
		end = next;
	}
	return start == NULL ? arena_alloc(arena, 1) : arena_strndup(arena, start, (size_t)(end - start));
}

bool
text_equal(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

bool
text_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool
text_ends(const char *s, const char *suffix)
{
	size_t len = strlen(s), tail = strlen(suffix);

	return len >= tail && strcmp(s + len - tail, suffix) == 0;
}

int
text_int64(const char *s, int64_t *ret_value, struct err *err)
{
	const char *p = s;
	bool negative = *p == '-';
	int64_t value = 0;

	if (negative)
		p++;
	if (*p == '\0')
		return err_set(err, ERR_DATA, "\"%s\" is not a whole number", s);
	for (; *p != '\0'; p++) {
		if (*p < '0' || *p > '9')
			return err_set(err, ERR_DATA, "\"%s\" is not a whole number", s);
		/* Count downwards: the smallest number has no positive twin. */
		if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, *p - '0', &value))
			return err_set(err, ERR_DATA, "\"%s\" is too large a number", s);
	}
	if (!negative && __builtin_sub_overflow((int64_t)0, value, &value))
		return err_set(err, ERR_DATA, "\"%s\" is too large a number", s);
	*ret_value = value;
	return 0;
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
text_distance(const char *a, size_t len, const char *b)
{
	size_t row[64], i, j, diagonal, above, width = strlen(b);

	if (len >= 64 || width >= 64)
		return SIZE_MAX;
	for (j = 0; j <= width; j++)
		row[j] = j;
	for (i = 1; i <= len; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= width; j++) {
			above = row[j];
			row[j] = smaller(smaller(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
			diagonal = above;
		}
	}
	return row[width];
}

char *
text_hex(struct arena *arena, const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = bytes;
	char *hex = arena_alloc(arena, len * 2 + 1);
	size_t i;

	for (i = 0; i < len; i++) {
		hex[i * 2] = digits[p[i] >> 4];
		hex[i * 2 + 1] = digits[p[i] & 15];
	}
	return hex;
}

/* The value of a digit; 16 for anything else. */
static unsigned
digit(char c)
{
	return c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

bool
text_unhex(const char *hex, size_t len, void *ret_bytes)
{
	unsigned char *bytes = ret_bytes;
	unsigned seen = 0, high, low;
	size_t i;

	for (i = 0; i + 1 < len; i += 2) {
		high = digit(hex[i]);
		low = digit(hex[i + 1]);
		seen |= high | low;
		bytes[i / 2] = (unsigned char)(high << 4 | (low & 15));
	}
	return len % 2 == 0 && seen < 16;
}
