/* Growing bytes with a stated maximum, after curl's dynbuf: what comes from outside always has a limit. */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char empty[1];

void
buf_init(struct buf *buf, size_t max_bytes)
{
	buf->data = empty;
	buf->len = 0;
	buf->capacity = 0;
	buf->max_bytes = max_bytes < SIZE_MAX ? max_bytes : SIZE_MAX - 1;
	buf->overflow = false;
}

void
buf_done(struct buf *buf)
{
	if (buf->capacity != 0)
		free(buf->data);
	buf_init(buf, buf->max_bytes);
}

/* Make room for ${more} bytes and the NUL; false when the maximum forbids it. */
static bool
reserve(struct buf *buf, size_t more)
{
	static const char text[] = "error: out of memory\n";
	size_t need, capacity;
	char *data;

	if (buf->overflow || more > buf->max_bytes - buf->len) {
		buf->overflow = true;
		return false;
	}
	need = buf->len + more + 1;
	if (need <= buf->capacity)
		return true;
	capacity = buf->capacity == 0 ? 256 : buf->capacity;
	while (capacity < need)
		capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
	if (capacity > buf->max_bytes + 1)
		capacity = buf->max_bytes + 1;
	data = realloc(buf->capacity == 0 ? NULL : buf->data, capacity);
	if (data == NULL) {
		if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
			_exit(EXIT_SYSTEM);
		_exit(EXIT_SYSTEM);
	}
	buf->data = data;
	buf->capacity = capacity;
	return true;
}

void
buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (len == 0 || !reserve(buf, len))
		return;
	memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
buf_text(struct buf *buf, const char *s)
{
	buf_add(buf, s, strlen(s));
}

void
buf_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void
buf_vprintf(struct buf *buf, const char *fmt, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	BUG_UNLESS(len >= 0);
	if (len == 0 || !reserve(buf, (size_t)len))
		return;
	(void)vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, args);
	buf->len += (size_t)len;
}

void
buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_vprintf(buf, fmt, args);
	va_end(args);
}

void
buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->overflow = false;
	if (buf->capacity != 0)
		buf->data[0] = '\0';
}

int
buf_check(const struct buf *buf, const char *what, struct err *err)
{
	if (buf->overflow)
		return err_set(err, ERR_DATA, "%s is larger than %zu bytes", what, buf->max_bytes);
	return 0;
}
