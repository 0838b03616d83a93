/* Compressed text files, line by line, over zlib's own gzip framing. The stream is driven here and not by gzFile: that one
 * returns success for a file that was cut, and cannot fsync. */
#include "adapter/gzip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "base/buf.h"

#define PIECE_BYTES 65536u
#define GZIP_BITS (MAX_WBITS + 16)
#define LEVEL 6

struct gzip {
	int fd;
	bool writing;
	bool ended; /* the trailer was written, or read and found right */
	z_stream stream;
	unsigned char packed[PIECE_BYTES];
	unsigned char text[PIECE_BYTES]; /* writing: being compressed; reading: inflated, given out up to text_at */
	size_t text_at, text_len;
	struct buf line; /* reading: a line, which may come from several pieces */
};

int
gzip_create(const char *path, struct gzip **ret_gzip, struct err *err)
{
	struct gzip *gzip = calloc(1, sizeof(*gzip));

	if (gzip == NULL)
		return err_set(err, ERR_SYSTEM, "out of memory for a compressed file");
	buf_init(&gzip->line, 0);
	gzip->writing = true;
	gzip->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (gzip->fd < 0) {
		err_set(err, ERR_CREATE, "could not create \"%s\": %s", path, strerror(errno));
		gzip_close(gzip);
		return -1;
	}
	if (deflateInit2(&gzip->stream, LEVEL, Z_DEFLATED, GZIP_BITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		gzip_close(gzip);
		return err_set(err, ERR_SYSTEM, "out of memory for deflate");
	}
	gzip->stream.next_out = gzip->packed;
	gzip->stream.avail_out = PIECE_BYTES;
	*ret_gzip = gzip;
	return 0;
}

static int
write_packed(struct gzip *gzip, struct err *err)
{
	size_t len = PIECE_BYTES - gzip->stream.avail_out, at = 0;
	ssize_t put;

	while (at < len) {
		put = write(gzip->fd, gzip->packed + at, len - at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return err_set(err, ERR_IO, "could not write a compressed file: %s", strerror(errno));
		at += (size_t)put;
	}
	gzip->stream.next_out = gzip->packed;
	gzip->stream.avail_out = PIECE_BYTES;
	return 0;
}

static int
pack(struct gzip *gzip, int mode, struct err *err)
{
	int status;

	do {
		if (gzip->stream.avail_out == 0 && write_packed(gzip, err) != 0)
			return -1;
		status = deflate(&gzip->stream, mode);
		BUG_UNLESS(status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR);
	} while (gzip->stream.avail_in > 0 || (mode == Z_FINISH && status != Z_STREAM_END));
	return 0;
}

/* What is appended gathers in `text` first: lines are short, and each call of deflate() costs. */
int
gzip_write(struct gzip *gzip, const void *bytes, size_t len, struct err *err)
{
	const unsigned char *p = bytes;
	size_t piece;

	BUG_UNLESS(gzip->writing && !gzip->ended);
	while (len > 0) {
		piece = len < PIECE_BYTES - gzip->text_len ? len : PIECE_BYTES - gzip->text_len;
		memcpy(gzip->text + gzip->text_len, p, piece);
		gzip->text_len += piece;
		p += piece;
		len -= piece;
		if (gzip->text_len < PIECE_BYTES)
			break;
		gzip->stream.next_in = gzip->text;
		gzip->stream.avail_in = PIECE_BYTES;
		gzip->text_len = 0;
		if (pack(gzip, Z_NO_FLUSH, err) != 0)
			return -1;
	}
	return 0;
}

int
gzip_finish(struct gzip *gzip, struct err *err)
{
	BUG_UNLESS(gzip->writing && !gzip->ended);
	gzip->stream.next_in = gzip->text;
	gzip->stream.avail_in = (uInt)gzip->text_len;
	gzip->text_len = 0;
	if (pack(gzip, Z_FINISH, err) != 0)
		return -1;
	if (write_packed(gzip, err) != 0)
		return -1;
	if (fsync(gzip->fd) != 0)
		return err_set(err, ERR_IO, "could not write a compressed file: %s", strerror(errno));
	gzip->ended = true;
	return 0;
}

int
gzip_open(const char *path, size_t max_line_bytes, struct gzip **ret_gzip, struct err *err)
{
	struct gzip *gzip = calloc(1, sizeof(*gzip));

	if (gzip == NULL)
		return err_set(err, ERR_SYSTEM, "out of memory for a compressed file");
	buf_init(&gzip->line, max_line_bytes);
	gzip->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (gzip->fd < 0) {
		err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "could not open \"%s\": %s", path, strerror(errno));
		gzip_close(gzip);
		return -1;
	}
	if (inflateInit2(&gzip->stream, GZIP_BITS) != Z_OK) {
		gzip_close(gzip);
		return err_set(err, ERR_SYSTEM, "out of memory for inflate");
	}
	*ret_gzip = gzip;
	return 0;
}

static int
read_packed(struct gzip *gzip, size_t *ret_len, struct err *err)
{
	ssize_t got;

	do
		got = read(gzip->fd, gzip->packed, PIECE_BYTES);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_set(err, ERR_IO, "could not read a compressed file: %s", strerror(errno));
	*ret_len = (size_t)got;
	return 0;
}

/* Inflate the next piece of text; none is left once `ended` is set. */
static int
fill(struct gzip *gzip, struct err *err)
{
	size_t got;
	int status;

	gzip->text_at = gzip->text_len = 0;
	while (gzip->text_len == 0 && !gzip->ended) {
		if (gzip->stream.avail_in == 0) {
			if (read_packed(gzip, &got, err) != 0)
				return -1;
			if (got == 0)
				return err_set(err, ERR_DATA, "compressed file is cut");
			gzip->stream.next_in = gzip->packed;
			gzip->stream.avail_in = (uInt)got;
		}
		gzip->stream.next_out = gzip->text;
		gzip->stream.avail_out = PIECE_BYTES;
		status = inflate(&gzip->stream, Z_NO_FLUSH);
		if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
			return err_set(err, ERR_DATA, "compressed file is damaged: %s",
			    gzip->stream.msg != NULL ? gzip->stream.msg : zError(status));
		gzip->text_len = PIECE_BYTES - gzip->stream.avail_out;
		gzip->ended = status == Z_STREAM_END;
	}
	if (!gzip->ended)
		return 0;
	got = gzip->stream.avail_in;
	if (got == 0 && read_packed(gzip, &got, err) != 0)
		return -1;
	if (got != 0)
		return err_set(err, ERR_DATA, "compressed file goes on after its end");
	return 0;
}

int
gzip_line(struct gzip *gzip, char **ret_line, size_t *ret_len, struct err *err)
{
	const unsigned char *start, *end;
	size_t len;

	BUG_UNLESS(!gzip->writing);
	buf_reset(&gzip->line);
	for (;;) {
		if (gzip->text_at == gzip->text_len && !gzip->ended && fill(gzip, err) != 0)
			return -1;
		if (gzip->text_at == gzip->text_len)
			break;
		start = gzip->text + gzip->text_at;
		end = memchr(start, '\n', gzip->text_len - gzip->text_at);
		len = end != NULL ? (size_t)(end - start) : gzip->text_len - gzip->text_at;
		buf_add(&gzip->line, start, len);
		if (buf_check(&gzip->line, "line of a compressed file", err) != 0)
			return -1;
		gzip->text_at += len;
		if (end == NULL)
			continue;
		gzip->text_at++;
		*ret_line = gzip->line.data;
		*ret_len = gzip->line.len;
		return 0;
	}
	if (gzip->line.len != 0)
		return err_set(err, ERR_DATA, "last line of a compressed file has no newline");
	*ret_line = NULL;
	*ret_len = 0;
	return 0;
}

void
gzip_close(struct gzip *gzip)
{
	if (gzip == NULL)
		return;
	/* Both do nothing on a stream that was not begun: it is all zero. */
	if (gzip->writing)
		deflateEnd(&gzip->stream);
	else
		inflateEnd(&gzip->stream);
	if (gzip->fd >= 0)
		close(gzip->fd);
	buf_done(&gzip->line);
	free(gzip);
}
