/* A look at configuration files before libconfig reads them. libconfig 1.5 cuts integers to 32 bits, reads 010 as ten, joins strings
 * that stand side by side, lets an unclosed comment swallow the rest, keeps unknown escapes, and ends the whole program on a file it
 * cannot read, such as a directory. All that is refused here, by tokens: grammar is libconfig's own business. */
#include "conf_scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

#define MAX_FILE_BYTES ((size_t)4 << 20)
#define MAX_INCLUDES 10
#define MAX_DEPTH 32

struct scan {
	struct arena *arena;
	const char *file;
	const char *dir;
	const char *p;
	unsigned line;
	unsigned includes; /* files around this one */
	size_t depth;      /* of brackets */
	bool line_start;   /* only blanks on this line so far */
	bool after_string; /* the last token was a string */
};

static int scan_file(struct scan *, struct err *);

static int
fail(const struct scan *scan, const char *reason, struct err *err)
{
	return err_set(err, ERR_CONFIG, "%s:%u: %s", scan->file, scan->line, reason);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '*';
}

/* From the opening quote to behind the closing one. */
static int
scan_string(struct scan *scan, struct err *err)
{
	if (scan->after_string)
		return fail(scan, "two strings stand side by side: a comma or semicolon is missing", err);
	for (scan->p++; *scan->p != '"'; scan->p++) {
		if (*scan->p == '\n' || *scan->p == '\0')
			return fail(scan, "a string is not closed on its line", err);
		if (*scan->p != '\\')
			continue;
		scan->p++;
		if (*scan->p == 'x' && is_hex(scan->p[1]) && is_hex(scan->p[2])) {
			if (scan->p[1] == '0' && scan->p[2] == '0')
				return fail(scan, "a string holds \"\\x00\"", err);
			scan->p += 2;
		} else if (*scan->p == '\0' || strchr("\\\"abnrtvf", *scan->p) == NULL) {
			return fail(scan, "a string holds an unknown escape: a backslash is written \"\\\\\"", err);
		}
	}
	scan->p++;
	scan->after_string = true;
	return 0;
}

static int
scan_comment(struct scan *scan, struct err *err)
{
	const unsigned first = scan->line;

	for (scan->p += 2; scan->p[0] != '*' || scan->p[1] != '/'; scan->p++) {
		if (*scan->p == '\n')
			scan->line++;
		if (*scan->p == '\0') {
			scan->line = first;
			return fail(scan, "a comment is not closed", err);
		}
	}
	scan->p += 2;
	return 0;
}

/* A whole number must fit where libconfig puts it: 32 bits, or 64 with an L at its end. */
static int
check_integer(const struct scan *scan, const char *start, size_t len, struct err *err)
{
	const char *digits = start + (start[0] == '-' || start[0] == '+' ? 1 : 0), *end = start + len;
	bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X'), big = false;
	int64_t value = 0, base = hex ? 16 : 10, digit;
	const char *p;

	while (end > digits && (end[-1] == 'L')) {
		big = true;
		end--;
	}
	if (!hex && digits[0] == '0' && end - digits > 1)
		return fail(scan, "a number begins with 0: it would be read as decimal", err);
	for (p = hex ? digits + 2 : digits; p < end; p++) {
		digit = is_digit(*p) ? *p - '0' : (*p | 0x20) - 'a' + 10;
		/* Downwards, for the smallest number. */
		if (__builtin_mul_overflow(value, base, &value) || __builtin_sub_overflow(value, digit, &value))
			return fail(scan, "a number is too large", err);
	}
	if (start[0] != '-' && __builtin_sub_overflow(0, value, &value))
		return fail(scan, "a number is too large", err);
	if (!big && (value < INT32_MIN || value > INT32_MAX))
		return fail(scan, "a number is too large without an L at its end", err);
	return 0;
}

static int
scan_number(struct scan *scan, struct err *err)
{
	const char *start = scan->p;
	bool hex;

	if (*scan->p == '-' || *scan->p == '+')
		scan->p++;
	hex = scan->p[0] == '0' && (scan->p[1] == 'x' || scan->p[1] == 'X');
	if (hex)
		scan->p += 2;
	while (hex ? is_hex(*scan->p) : is_digit(*scan->p))
		scan->p++;
	if (!hex && (*scan->p == '.' || *scan->p == 'e' || *scan->p == 'E')) {
		/* No setting is a fraction: who wrote it is told by the setting's type. */
		while (is_digit(*scan->p) || (*scan->p != '\0' && strchr(".eE+-", *scan->p) != NULL))
			scan->p++;
		return 0;
	}
	while (*scan->p == 'L')
		scan->p++;
	return check_integer(scan, start, (size_t)(scan->p - start), err);
}

/* `@include "name"` at the start of a line. */
static int
scan_include(struct scan *scan, struct err *err)
{
	struct scan inner = *scan;
	const char *name, *end;

	if (!scan->line_start || !text_starts(scan->p, "@include") || (scan->p[8] != ' ' && scan->p[8] != '\t'))
		return fail(scan, "\"@\" may only begin a line: @include \"file\"", err);
	name = scan->p + 8 + strspn(scan->p + 8, " \t");
	end = *name == '"' ? name + 1 + strcspn(name + 1, "\"\\\n") : name;
	if (*name != '"' || *end != '"' || end == name + 1)
		return fail(scan, "the name of the included file must stand in quotes", err);
	if (name[1] == '/')
		return fail(scan, "an included file must be named relative to the directory of the main file", err);
	if (scan->includes == MAX_INCLUDES)
		return fail(scan, "files include each other too deep", err);
	inner.file = arena_printf(scan->arena, "%s/%.*s", scan->dir, (int)(end - name - 1), name + 1);
	inner.includes++;
	if (scan_file(&inner, err) != 0)
		return err->code == ERR_CONFIG ? -1
					       : err_wrap(err, "%s:%u", scan->file, scan->line); /* unreadable: say who wants it */
	scan->p = end + 1;
	scan->after_string = false;
	return 0;
}

static int
scan_token(struct scan *scan, struct err *err)
{
	char c = *scan->p;

	if (c == '"')
		return scan_string(scan, err);
	scan->after_string = false;
	if (c == '@')
		return scan_include(scan, err);
	if (is_digit(c) || ((c == '-' || c == '+') && is_digit(scan->p[1])))
		return scan_number(scan, err);
	if (is_word(c)) {
		while (is_word(*scan->p))
			scan->p++;
		return 0;
	}
	if (strchr("{[(", c) != NULL && ++scan->depth > MAX_DEPTH)
		return fail(scan, "settings are nested too deep", err);
	if (strchr("}])", c) != NULL && scan->depth > 0)
		scan->depth--;
	scan->p++;
	return 0;
}

static int
scan_text(struct scan *scan, struct err *err)
{
	while (*scan->p != '\0') {
		if (*scan->p == '\n') {
			scan->line++;
			scan->line_start = true;
			scan->p++;
			continue;
		}
		if (strchr(" \t\r\f", *scan->p) != NULL) {
			scan->p++;
			continue;
		}
		if (scan->p[0] == '#' || (scan->p[0] == '/' && scan->p[1] == '/')) {
			scan->p += strcspn(scan->p, "\n");
			continue;
		}
		if (scan->p[0] == '/' && scan->p[1] == '*') {
			if (scan_comment(scan, err) != 0)
				return -1;
			continue;
		}
		if (scan_token(scan, err) != 0)
			return -1;
		scan->line_start = false;
	}
	return 0;
}

static int
scan_file(struct scan *scan, struct err *err)
{
	const char *p;
	char *text;
	size_t len, step;

	if (file_read(scan->arena, "configuration file", scan->file, MAX_FILE_BYTES, &text, &len, err) != 0)
		return -1;
	scan->line = 1;
	for (p = text; p < text + len; p += step) {
		step = text_character(p, (size_t)(text + len - p));
		if (step == 0)
			return fail(scan, "the file is not UTF-8", err);
		if (*p == '\n')
			scan->line++;
		else if (((unsigned char)*p < 0x20 && *p != '\t' && *p != '\r' && *p != '\f') || *p == 0x7f)
			return fail(scan, "the file holds a control character", err);
	}
	scan->p = text;
	scan->line = 1;
	scan->depth = 0;
	scan->line_start = true;
	scan->after_string = false;
	return scan_text(scan, err);
}

int
conf_scan(struct arena *arena, const char *file, const char *dir, struct err *err)
{
	struct scan scan = { .arena = arena, .file = file, .dir = dir };

	return scan_file(&scan, err);
}
