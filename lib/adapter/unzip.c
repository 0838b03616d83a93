/* ZIP reading over zlib's inflate. It believes the central directory only: sizes in local headers may be missing (streamed
 * archives) or lie. Every offset and length from the file is checked against the file's size before use. */
#include "adapter/unzip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#define END_BYTES 22u
#define END64_BYTES 56u
#define LOCATOR64_BYTES 20u
#define ENTRY_BYTES 46u
#define LOCAL_BYTES 30u
#define MAX_COMMENT_BYTES 65535u
#define MAX_DIRECTORY_BYTES ((uint64_t)64 << 20)
#define PIECE_BYTES 131072u /* holds an end record with the longest comment */

struct member {
	char *name;
	uint64_t offset; /* of the local header */
	uint64_t packed;
	uint64_t size;
	uint32_t crc;
	unsigned method;
	unsigned flags;
};

struct unzip {
	int fd;
	uint64_t file_bytes;
	struct member *members;
	size_t count;
	unsigned char *directory;
	char *names;
	unsigned char in[PIECE_BYTES];
	unsigned char out[PIECE_BYTES];
};

static uint32_t
le16(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t
le32(const unsigned char *p)
{
	return le16(p) | le16(p + 2) << 16;
}

static uint64_t
le64(const unsigned char *p)
{
	return (uint64_t)le32(p) | (uint64_t)le32(p + 4) << 32;
}

static int
read_at(struct unzip *unzip, void *into, size_t len, uint64_t offset, struct err *err)
{
	char *p = into;
	ssize_t got;

	if (offset > unzip->file_bytes || len > unzip->file_bytes - offset)
		return err_set(err, ERR_DATA, "archive is cut: it needs %zu bytes at %llu, and has %llu in all", len,
		    (unsigned long long)offset, (unsigned long long)unzip->file_bytes);
	while (len > 0) {
		got = pread(unzip->fd, p, len, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(err, ERR_IO, "could not read archive: %s", strerror(errno));
		if (got == 0)
			return err_set(err, ERR_DATA, "archive became shorter while it was read");
		p += got;
		offset += (uint64_t)got;
		len -= (size_t)got;
	}
	return 0;
}

struct place {
	uint64_t offset, bytes, count;
};

/* The ZIP64 twin of the end record at ${at}. */
static int
find_directory64(struct unzip *unzip, uint64_t at, struct place *place, struct err *err)
{
	unsigned char locator[LOCATOR64_BYTES], end[END64_BYTES];

	if (at < LOCATOR64_BYTES)
		return err_set(err, ERR_DATA, "archive has no ZIP64 locator");
	if (read_at(unzip, locator, sizeof(locator), at - LOCATOR64_BYTES, err) != 0)
		return -1;
	if (le32(locator) != 0x07064b50)
		return err_set(err, ERR_DATA, "archive has no ZIP64 locator");
	if (read_at(unzip, end, sizeof(end), le64(locator + 8), err) != 0)
		return -1;
	if (le32(end) != 0x06064b50)
		return err_set(err, ERR_DATA, "archive has no ZIP64 end record");
	*place = (struct place){ .offset = le64(end + 48), .bytes = le64(end + 40), .count = le64(end + 32) };
	return 0;
}

/* Where the central directory is: from the end record, the last thing in the file but for its own comment. */
static int
find_directory(struct unzip *unzip, struct place *place, struct err *err)
{
	size_t len = END_BYTES + MAX_COMMENT_BYTES, i;
	const unsigned char *end = NULL;

	if (unzip->file_bytes < len)
		len = (size_t)unzip->file_bytes;
	if (len < END_BYTES)
		return err_set(err, ERR_DATA, "is not a ZIP archive: it has %zu bytes", len);
	if (read_at(unzip, unzip->in, len, unzip->file_bytes - len, err) != 0)
		return -1;
	for (i = len - END_BYTES + 1; i-- > 0 && end == NULL;)
		if (le32(unzip->in + i) == 0x06054b50 && le16(unzip->in + i + 20) == len - END_BYTES - i)
			end = unzip->in + i;
	if (end == NULL)
		return err_set(err, ERR_DATA, "is not a ZIP archive, or is cut: it has no end record");
	*place = (struct place){ .offset = le32(end + 16), .bytes = le32(end + 12), .count = le16(end + 10) };
	if (place->count == 0xffff || place->bytes == 0xffffffff || place->offset == 0xffffffff)
		return find_directory64(unzip, unzip->file_bytes - len + (uint64_t)(end - unzip->in), place, err);
	if (le16(end + 4) != 0 || le16(end + 8) != place->count)
		return err_set(err, ERR_DATA, "archive has several volumes");
	return 0;
}

/* Replace saturated 32-bit fields by those of the ZIP64 extra field, which lists only these, in this order. */
static int
widen(struct member *member, const unsigned char *extra, size_t len, struct err *err)
{
	uint64_t *fields[3];
	size_t count = 0, i, size;

	if (member->size == 0xffffffff)
		fields[count++] = &member->size;
	if (member->packed == 0xffffffff)
		fields[count++] = &member->packed;
	if (member->offset == 0xffffffff)
		fields[count++] = &member->offset;
	if (count == 0)
		return 0;
	for (; len >= 4; extra += 4 + size, len -= 4 + size) {
		size = le16(extra + 2);
		if (size > len - 4)
			break;
		if (le16(extra) != 1)
			continue;
		if (size < count * 8)
			break;
		for (i = 0; i < count; i++)
			*fields[i] = le64(extra + 4 + i * 8);
		return 0;
	}
	return err_set(err, ERR_DATA, "member \"%s\" has no ZIP64 sizes", member->name);
}

static int
read_members(struct unzip *unzip, size_t left, struct err *err)
{
	const unsigned char *p = unzip->directory;
	char *name = unzip->names;
	struct member *member;
	size_t i, name_len, extra_len, all;

	for (i = 0; i < unzip->count; i++) {
		if (left < ENTRY_BYTES || le32(p) != 0x02014b50)
			return err_set(err, ERR_DATA, "archive's directory is damaged at member %zu of %zu", i + 1, unzip->count);
		name_len = le16(p + 28);
		extra_len = le16(p + 30);
		all = ENTRY_BYTES + name_len + extra_len + le16(p + 32);
		if (all > left)
			return err_set(err, ERR_DATA, "archive's directory is damaged at member %zu of %zu", i + 1, unzip->count);
		member = &unzip->members[i];
		*member = (struct member){ .name = name,
			.flags = le16(p + 8),
			.method = le16(p + 10),
			.crc = le32(p + 16),
			.packed = le32(p + 20),
			.size = le32(p + 24),
			.offset = le32(p + 42) };
		memcpy(name, p + ENTRY_BYTES, name_len);
		name[name_len] = '\0';
		name += name_len + 1;
		if (widen(member, p + ENTRY_BYTES + name_len, extra_len, err) != 0)
			return -1;
		p += all;
		left -= all;
	}
	return 0;
}

int
unzip_open(const char *path, struct unzip **ret_unzip, struct err *err)
{
	struct unzip *unzip = calloc(1, sizeof(*unzip));
	struct place place = { 0, 0, 0 };
	struct stat st;

	if (unzip == NULL)
		return err_set(err, ERR_SYSTEM, "out of memory for an archive");
	unzip->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (unzip->fd < 0 || fstat(unzip->fd, &st) != 0) {
		err_set(err, ERR_IO, "could not open archive \"%s\": %s", path, strerror(errno));
		goto fail;
	}
	unzip->file_bytes = (uint64_t)st.st_size;
	if (find_directory(unzip, &place, err) != 0) {
		err_wrap(err, "\"%s\"", path);
		goto fail;
	}
	if (place.bytes > MAX_DIRECTORY_BYTES || place.count > place.bytes / ENTRY_BYTES) {
		err_set(err, ERR_DATA, "\"%s\": archive's directory is damaged: %llu members in %llu bytes", path,
		    (unsigned long long)place.count, (unsigned long long)place.bytes);
		goto fail;
	}
	unzip->count = (size_t)place.count;
	unzip->members = calloc(unzip->count + 1, sizeof(struct member));
	unzip->directory = malloc((size_t)place.bytes + 1);
	unzip->names = malloc((size_t)place.bytes + unzip->count + 1);
	if (unzip->members == NULL || unzip->directory == NULL || unzip->names == NULL) {
		err_set(err, ERR_SYSTEM, "out of memory for an archive's directory");
		goto fail;
	}
	if (read_at(unzip, unzip->directory, (size_t)place.bytes, place.offset, err) != 0 ||
	    read_members(unzip, (size_t)place.bytes, err) != 0) {
		err_wrap(err, "\"%s\"", path);
		goto fail;
	}
	*ret_unzip = unzip;
	return 0;
fail:
	unzip_close(unzip);
	return -1;
}

size_t
unzip_count(const struct unzip *unzip)
{
	return unzip->count;
}

const char *
unzip_name(const struct unzip *unzip, size_t index)
{
	BUG_UNLESS(index < unzip->count);
	return unzip->members[index].name;
}

uint64_t
unzip_size(const struct unzip *unzip, size_t index)
{
	BUG_UNLESS(index < unzip->count);
	return unzip->members[index].size;
}

struct sink {
	int (*fn)(const char *, size_t, void *, struct err *);
	void *context;
	uint64_t limit; /* the declared size: more than that is never given out */
	uint64_t size;
	uLong crc;
};

static int
deliver(struct sink *sink, const unsigned char *bytes, size_t len, struct err *err)
{
	if (len == 0)
		return 0;
	if (len > sink->limit - sink->size)
		return err_set(err, ERR_DATA, "holds more than the declared %llu bytes", (unsigned long long)sink->limit);
	sink->size += len;
	sink->crc = crc32(sink->crc, bytes, (uInt)len);
	return sink->fn((const char *)bytes, len, sink->context, err);
}

static int
read_deflated(struct unzip *unzip, const struct member *member, uint64_t at, struct sink *sink, struct err *err)
{
	z_stream stream;
	uint64_t left = member->packed;
	size_t piece;
	int rc = -1, status = Z_OK;

	memset(&stream, 0, sizeof(stream));
	if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
		return err_set(err, ERR_SYSTEM, "out of memory for inflate");
	while (status != Z_STREAM_END) {
		if (stream.avail_in == 0) {
			if (left == 0) {
				err_set(err, ERR_DATA, "is cut after %llu of %llu bytes", (unsigned long long)sink->size,
				    (unsigned long long)member->size);
				goto out;
			}
			piece = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
			if (read_at(unzip, unzip->in, piece, at, err) != 0)
				goto out;
			stream.next_in = unzip->in;
			stream.avail_in = (uInt)piece;
			at += piece;
			left -= piece;
		}
		stream.next_out = unzip->out;
		stream.avail_out = PIECE_BYTES;
		status = inflate(&stream, Z_NO_FLUSH);
		if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
			err_set(err, ERR_DATA, "is damaged: %s", stream.msg != NULL ? stream.msg : zError(status));
			goto out;
		}
		if (deliver(sink, unzip->out, PIECE_BYTES - stream.avail_out, err) != 0)
			goto out;
	}
	rc = 0;
out:
	inflateEnd(&stream);
	return rc;
}

static int
read_stored(struct unzip *unzip, const struct member *member, uint64_t at, struct sink *sink, struct err *err)
{
	uint64_t left = member->packed;
	size_t piece;

	for (; left > 0; left -= piece, at += piece) {
		piece = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
		if (read_at(unzip, unzip->in, piece, at, err) != 0)
			return -1;
		if (deliver(sink, unzip->in, piece, err) != 0)
			return -1;
	}
	return 0;
}

int
unzip_read(struct unzip *unzip, size_t index, int (*fn)(const char *, size_t, void *, struct err *), void *context, struct err *err)
{
	struct sink sink = { .fn = fn, .context = context, .crc = crc32(0, NULL, 0) };
	unsigned char local[LOCAL_BYTES];
	struct member *member;
	uint64_t at;
	int rc;

	BUG_UNLESS(index < unzip->count);
	member = &unzip->members[index];
	sink.limit = member->size;
	if (read_at(unzip, local, sizeof(local), member->offset, err) != 0)
		return err_wrap(err, "member \"%s\"", member->name);
	if (le32(local) != 0x04034b50)
		return err_set(err, ERR_DATA, "member \"%s\": is not where the directory says", member->name);
	if (member->flags & 1)
		return err_set(err, ERR_DATA, "member \"%s\": is encrypted", member->name);
	at = member->offset + LOCAL_BYTES + le16(local + 26) + le16(local + 28);
	if (member->method == 8)
		rc = read_deflated(unzip, member, at, &sink, err);
	else if (member->method == 0)
		rc = read_stored(unzip, member, at, &sink, err);
	else
		rc = err_set(err, ERR_DATA, "has the unknown compression method %u", member->method);
	if (rc == 0 && (sink.size != member->size || sink.crc != member->crc))
		rc = err_set(err, ERR_DATA, "is damaged: its size or CRC-32 differs from the directory");
	return rc == 0 ? 0 : err_wrap(err, "member \"%s\"", member->name);
}

void
unzip_close(struct unzip *unzip)
{
	if (unzip == NULL)
		return;
	if (unzip->fd >= 0)
		close(unzip->fd);
	free(unzip->members);
	free(unzip->directory);
	free(unzip->names);
	free(unzip);
}
