/* Compression, on zlib. Expanding goes through a buffer that grows up to the caller's maximum, so a small text that claims to be
 * large costs nothing. */
#define ZLIB_CONST /* inflate() does not write to its input */

#include "adapter/deflate.h"

#include <limits.h>
#include <string.h>

#include <zlib.h>

#include "base/buf.h"

#define CHUNK_BYTES 16384
#define FAST_LEVEL 4 /* the lowest level that searches lazily */

static void
pack(struct arena *arena, const void *bytes, size_t len, int level, uint8_t **ret_packed, size_t *ret_len)
{
	uLongf packed_len;
	uint8_t *packed;

	BUG_UNLESS(len <= UINT_MAX);
	packed_len = compressBound((uLong)len);
	packed = arena_alloc(arena, packed_len);
	BUG_UNLESS(compress2(packed, &packed_len, bytes, (uLong)len, level) == Z_OK);
	*ret_packed = packed;
	*ret_len = packed_len;
}

void
deflate_pack(struct arena *arena, const void *bytes, size_t len, uint8_t **ret_packed, size_t *ret_len)
{
	pack(arena, bytes, len, Z_DEFAULT_COMPRESSION, ret_packed, ret_len);
}

void
deflate_pack_fast(struct arena *arena, const void *bytes, size_t len, uint8_t **ret_packed, size_t *ret_len)
{
	pack(arena, bytes, len, FAST_LEVEL, ret_packed, ret_len);
}

/* Expand all of the input of ${stream} into ${out}. */
static int
expand(z_stream *stream, struct buf *out, struct err *err)
{
	uint8_t chunk[CHUNK_BYTES];
	int state;

	do {
		stream->next_out = chunk;
		stream->avail_out = sizeof(chunk);
		state = inflate(stream, Z_NO_FLUSH);
		if (state != Z_OK && state != Z_STREAM_END)
			return err_set(
			    err, ERR_DATA, "cannot expand a compressed text: %s", stream->msg != NULL ? stream->msg : "it is cut");
		buf_add(out, chunk, sizeof(chunk) - stream->avail_out);
		if (buf_check(out, "an expanded text", err) != 0)
			return -1;
	} while (state != Z_STREAM_END);
	if (stream->avail_in > 0)
		return err_set(err, ERR_DATA, "cannot expand a compressed text: something follows its end");
	return 0;
}

int
deflate_unpack(
    struct arena *arena, const void *packed, size_t len, size_t max_bytes, uint8_t **ret_bytes, size_t *ret_len, struct err *err)
{
	z_stream stream;
	struct buf out;
	uint8_t *bytes;
	int rc = -1;

	if (len > UINT_MAX)
		return err_set(err, ERR_DATA, "cannot expand a compressed text: it is larger than %u bytes", UINT_MAX);
	memset(&stream, 0, sizeof(stream));
	buf_init(&out, max_bytes);
	stream.next_in = packed;
	stream.avail_in = (uInt)len;
	BUG_UNLESS(inflateInit(&stream) == Z_OK);
	if (expand(&stream, &out, err) != 0)
		goto out;
	bytes = arena_alloc(arena, out.len + 1);
	memcpy(bytes, out.data, out.len);
	*ret_bytes = bytes;
	*ret_len = out.len;
	rc = 0;
out:
	(void)inflateEnd(&stream);
	buf_done(&out);
	return rc;
}
