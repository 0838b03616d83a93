/* Reading a JPEG file as far as a PDF has to know it: its size, its colours, and that it is whole. A file is a chain of segments; between
 * them stand the coded pixels, which only have to be skipped. */
#include "page/image.h"

#include <stdbool.h>
#include <string.h>

#include "adapter/crypto.h"
#include "base/file.h"
#include "base/text.h"
#include "base/trail.h"

#define HASH_DIGITS ((size_t)CRYPTO_HASH_BYTES * 2)

/* Markers. */
#define START_OF_IMAGE 0xd8
#define END_OF_IMAGE 0xd9
#define START_OF_SCAN 0xda
#define EXIF 0xe1
#define ADOBE 0xee

struct reader {
	const char *path;
	const uint8_t *at, *end;
	struct pdf_image *image;
	bool scanned; /* a scan was seen */
};

static unsigned
big16(const uint8_t *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

static int
cut_short(const struct reader *reader, struct err *err)
{
	return err_set(err, ERR_CONFIG, "image \"%s\" is cut short", reader->path);
}

/* A frame's head: how the pixels are coded, and how many there are. */
static int
read_frame(struct reader *reader, unsigned marker, const uint8_t *body, size_t len, struct err *err)
{
	struct pdf_image *image = reader->image;

	if (marker > 0xc2)
		return err_set(err, ERR_CONFIG,
		    "image \"%s\" is a JPEG of a rare kind (lossless, hierarchical or arithmetic) that viewers do not show",
		    reader->path);
	if (len < 6)
		return cut_short(reader, err);
	if (image->width != 0)
		return err_set(err, ERR_CONFIG, "image \"%s\" holds more than one picture", reader->path);
	if (body[0] != 8)
		return err_set(
		    err, ERR_CONFIG, "image \"%s\" has %u bits for each colour: only 8 can be shown", reader->path, body[0]);
	image->height = big16(body + 1);
	image->width = big16(body + 3);
	image->components = body[5];
	if (image->width == 0 || image->height == 0)
		return err_set(err, ERR_CONFIG, "image \"%s\" has no pixels", reader->path);
	if (image->width * image->height > PAGE_IMAGE_MAX_PIXELS)
		return err_set(err, ERR_CONFIG, "image \"%s\" has %u by %u pixels: more than %u million", reader->path,
		    image->width, image->height, PAGE_IMAGE_MAX_PIXELS / 1000000);
	if (image->components != 1 && image->components != 3 && image->components != 4)
		return err_set(
		    err, ERR_CONFIG, "image \"%s\" has %u colour channels: not 1, 3 or 4", reader->path, image->components);
	return 0;
}

/* Cameras store a picture as it came and note how to turn it. A PDF shows it as it came. */
static int
read_exif(const struct reader *reader, const uint8_t *body, size_t len, struct err *err)
{
	const uint8_t *tiff = body + 6;
	bool little;
	size_t size, entry, count, i;

#define SHORT(p) (little ? (unsigned)(p)[1] << 8 | (p)[0] : big16(p))
	if (len < 6 + 8 || memcmp(body, "Exif\0\0", 6) != 0)
		return 0;
	size = len - 6;
	little = tiff[0] == 'I';
	entry = little ? (size_t)SHORT(tiff + 6) << 16 | SHORT(tiff + 4) : (size_t)SHORT(tiff + 4) << 16 | SHORT(tiff + 6);
	if (entry > size - 2)
		return 0;
	count = SHORT(tiff + entry);
	for (i = 0, entry += 2; i < count && entry + 12 <= size; i++, entry += 12)
		if (SHORT(tiff + entry) == 0x0112 && SHORT(tiff + entry + 8) > 1)
			return err_set(err, ERR_CONFIG, "image \"%s\" is stored turned or mirrored (Exif orientation %u)",
			    reader->path, SHORT(tiff + entry + 8));
#undef SHORT
	return 0;
}

/* To the next marker behind coded pixels: 0xff 0x00 and restart marks are part of them. */
static void
skip_pixels(struct reader *reader)
{
	for (; reader->at + 1 < reader->end; reader->at++)
		if (reader->at[0] == 0xff && reader->at[1] != 0 && reader->at[1] != 0xff && (reader->at[1] & 0xf8) != 0xd0)
			return;
	reader->at = reader->end;
}

/* One segment; ${ret_done} at the image's end. */
static int
read_segment(struct reader *reader, bool *ret_done, struct err *err)
{
	unsigned marker;
	const uint8_t *body;
	size_t len;

	while (reader->at + 1 < reader->end && reader->at[0] == 0xff && reader->at[1] == 0xff)
		reader->at++;
	if (reader->end - reader->at < 2)
		return cut_short(reader, err);
	if (reader->at[0] != 0xff)
		return err_set(err, ERR_CONFIG, "image \"%s\" is a damaged JPEG", reader->path);
	marker = reader->at[1];
	reader->at += 2;
	if (marker == END_OF_IMAGE) {
		*ret_done = true;
		return 0;
	}
	if (reader->end - reader->at < 2 || big16(reader->at) > reader->end - reader->at)
		return cut_short(reader, err);
	if (big16(reader->at) < 2)
		return err_set(err, ERR_CONFIG, "image \"%s\" is a damaged JPEG", reader->path);
	body = reader->at + 2;
	len = big16(reader->at) - 2u;
	reader->at = body + len;
	/* 0xc4, 0xc8 and 0xcc are among the frames' markers and are none. */
	if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc)
		return read_frame(reader, marker, body, len, err);
	if (marker == EXIF)
		return read_exif(reader, body, len, err);
	if (marker == ADOBE && len >= 12 && memcmp(body, "Adobe", 5) == 0)
		reader->image->inverted = true;
	if (marker == START_OF_SCAN) {
		if (reader->image->width == 0)
			return err_set(err, ERR_CONFIG, "image \"%s\" is a damaged JPEG", reader->path);
		reader->scanned = true;
		skip_pixels(reader);
	}
	return 0;
}

int
page_image_read(const char *path, const void *bytes, size_t len, struct pdf_image *ret_image, struct err *err)
{
	struct pdf_image image = { .bytes = bytes, .len = len };
	struct reader reader = { .path = path, .at = bytes, .end = (const uint8_t *)bytes + len, .image = &image };
	bool done = false;

	if (len >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0) {
		err_set(err, ERR_CONFIG, "image \"%s\" is a PNG: only JPEG can be put on pages", path);
		return err_hint(err, "Save it as JPEG, or draw a logo as a [path].");
	}
	if (len < 4 || reader.at[0] != 0xff || reader.at[1] != START_OF_IMAGE)
		return err_set(err, ERR_CONFIG, "image \"%s\" is not a JPEG", path);
	reader.at += 2;
	while (!done)
		if (read_segment(&reader, &done, err) != 0)
			return -1;
	if (!reader.scanned)
		return err_set(err, ERR_CONFIG, "image \"%s\" has no pixels", path);
	if (image.components != 4) /* the mark says it of CMYK alone */
		image.inverted = false;
	*ret_image = image;
	return 0;
}

static int
check_pin(const char *path, const char *pin, const char *is, struct err *err)
{
	if (strlen(pin) != HASH_DIGITS || strspn(pin, "0123456789abcdef") != HASH_DIGITS) {
		err_set(err, ERR_CONFIG, "the pin of image \"%s\" is not a SHA-256 of 64 digits 0-9, a-f", path);
		return err_hint(err, "That of the file as it is now is %s.", is);
	}
	if (strcmp(is, pin) != 0) {
		err_set(err, ERR_CONFIG, "image \"%s\" is not the one that is pinned: its SHA-256 is %s", path, is);
		return err_hint(err, "If the file as it is now is right, write that as its SHA-256.");
	}
	return 0;
}

int
page_image_load(struct arena *arena, const char *path, const char *sha256, const struct pdf_image **ret_image, struct err *err)
{
	struct pdf_image *image = ARENA_NEW(arena, struct pdf_image);
	uint8_t hash[CRYPTO_HASH_BYTES];
	char *bytes;
	size_t len;

	trail_mark(arena_strdup(arena, path));
	/* More than the limit is read to tell a file that is too large from one that cannot be read. */
	if (file_read(arena, "image", path, PAGE_IMAGE_MAX_BYTES * 64, &bytes, &len, err) != 0)
		return -1;
	crypto_sha256(bytes, len, hash);
	if (sha256 != NULL && check_pin(path, sha256, text_hex(arena, hash, sizeof(hash)), err) != 0)
		return -1;
	if (len > PAGE_IMAGE_MAX_BYTES)
		return err_set(err, ERR_CONFIG,
		    "image \"%s\" has %zu bytes: more than %zu, which every file that shows it would have to carry", path, len,
		    PAGE_IMAGE_MAX_BYTES);
	if (page_image_read(path, bytes, len, image, err) != 0)
		return -1;
	*ret_image = image;
	return 0;
}
