/* What a text cell may hold. libxlsxwriter passes bytes on as they are: wrong ones make a workbook that nobody can open. */
#include "adapter/xlsx_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "adapter/xlsx.h"
#include "base/text.h"

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* "_x0041_" in a file stands for "A": a text that really has these characters is written with its first one escaped.
 * Source: ECMA-376 part 1, section 22.9.2.19, ST_Xstring. */
static bool
looks_escaped(const char *s)
{
	return s[0] == '_' && s[1] == 'x' && is_hex(s[2]) && is_hex(s[3]) && is_hex(s[4]) && is_hex(s[5]) && s[6] == '_';
}

/* Can it go as it is? All that needs care begins with one of these bytes. */
static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f || c == 0xc2 || c == 0xef || c >= 0xf0 ||
		    (c == '_' && s[1] == 'x'))
			return false;
	}
	return true;
}

int
xlsx_text(struct buf *buf, const char *text, const char **ret_text, struct err *err)
{
	size_t len = strlen(text), units = 0;
	const char *s, *next;
	char bytes[4];
	uint32_t c;

	if (!text_utf8_valid(text, len))
		return err_set(err, ERR_DATA, "text is not valid UTF-8");
	if (len <= XLSX_MAX_TEXT && is_plain(text)) {
		*ret_text = text;
		return 0;
	}
	buf_reset(buf);
	for (s = text; *s != '\0'; s = next) {
		next = text_next(s, &c);
		if (c == '\r') {
			if (*next == '\n')
				continue;
			c = '\n';
		}
		if (c < 0x20 && c != '\n' && c != '\t')
			c += 0x2400; /* SYMBOL FOR NULL and so on */
		else if (c == 0x7f)
			c = 0x2421;
		else if ((c >= 0x80 && c < 0xa0) || c == 0xfffe || c == 0xffff)
			c = 0xfffd;
		units += c > 0xffff ? 2 : 1;
		if (looks_escaped(s))
			buf_text(buf, "_x005F_");
		else
			buf_add(buf, bytes, text_put(c, bytes));
	}
	if (units > XLSX_MAX_TEXT)
		return err_set(
		    err, ERR_DATA, "text of %zu characters is too long for a cell, which holds %u", units, XLSX_MAX_TEXT);
	BUG_UNLESS(!buf->overflow);
	*ret_text = buf->data;
	return 0;
}
