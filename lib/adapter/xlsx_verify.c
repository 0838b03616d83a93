/* Reading a finished workbook back. A writer that lost its temporary files to a full disk leaves a valid archive of XML that is
 * cut, or whole with rows missing; only counting finds that. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "adapter/unzip.h"
#include "adapter/xlsx.h"
#include "base/text.h"

/* Tags of an XML member, seen piece by piece: are they balanced, and how many rows and cells are there? The library escapes
 * '<' and '>' in text and attributes, so that each of them belongs to a tag. */
struct tags {
	bool inside;
	char name[16]; /* of the tag being read, cut */
	size_t name_len;
	char last; /* character before '>' */
	int64_t depth;
	uint64_t elements, rows, cells;
};

static int
end_tag(struct tags *tags, struct err *err)
{
	bool closing = tags->name[0] == '/', single = tags->last == '/' || tags->name[0] == '?';
	char *name = tags->name;

	name[tags->name_len] = '\0';
	name[strcspn(name, " />\t\r\n") + (closing ? strcspn(name + 1, " />\t\r\n") + 1 : 0)] = '\0';
	if (single)
		tags->elements++;
	else if (closing)
		tags->depth--;
	else
		tags->depth++;
	if (tags->depth < 0)
		return err_set(err, ERR_DATA, "closes more tags than it opens");
	/* A row or cell counts once it is closed: one that is cut does not. */
	if (strcmp(name, "/row") == 0 || (single && strcmp(name, "row") == 0))
		tags->rows++;
	else if (strcmp(name, "/c") == 0 || (single && strcmp(name, "c") == 0))
		tags->cells++;
	if (closing)
		tags->elements++;
	return 0;
}

static int
see_piece(const char *piece, size_t len, void *context, struct err *err)
{
	struct tags *tags = context;
	const char *p = piece, *end = piece + len, *mark;

	while (p < end) {
		if (!tags->inside) {
			mark = memchr(p, '<', (size_t)(end - p));
			if (mark == NULL)
				return 0;
			tags->inside = true;
			tags->name_len = 0;
			tags->last = '\0';
			p = mark + 1;
			continue;
		}
		mark = memchr(p, '>', (size_t)(end - p));
		if (mark == NULL)
			mark = end;
		if (mark > p) {
			size_t room = sizeof(tags->name) - 1 - tags->name_len,
			       take = (size_t)(mark - p) < room ? (size_t)(mark - p) : room;

			if (memchr(p, '<', (size_t)(mark - p)) != NULL)
				return err_set(err, ERR_DATA, "has a tag within a tag");
			memcpy(tags->name + tags->name_len, p, take);
			tags->name_len += take;
			tags->last = mark[-1];
		}
		p = mark;
		if (mark == end)
			return 0;
		tags->inside = false;
		if (end_tag(tags, err) != 0)
			return -1;
		p++;
	}
	return 0;
}

/* "xl/worksheets/sheet3.xml" is sheet 2. */
static bool
sheet_number(const char *name, size_t count, size_t *ret_index)
{
	static const char prefix[] = "xl/worksheets/sheet";
	unsigned long number;
	char *end;

	if (!text_starts(name, prefix))
		return false;
	number = strtoul(name + sizeof(prefix) - 1, &end, 10);
	if (strcmp(end, ".xml") != 0 || number < 1 || number > count)
		return false;
	*ret_index = number - 1;
	return true;
}

int
xlsx_verify(const char *path, const uint64_t *rows, const uint64_t *cells, size_t count, struct err *err)
{
	struct unzip *unzip = NULL;
	struct tags tags;
	size_t i, sheet, seen = 0;
	int rc = -1;

	if (unzip_open(path, &unzip, err) != 0)
		return -1;
	for (i = 0; i < unzip_count(unzip); i++) {
		memset(&tags, 0, sizeof(tags));
		if (unzip_read(unzip, i, see_piece, &tags, err) != 0)
			goto out;
		if (tags.inside || tags.depth != 0 || tags.elements == 0) {
			err_set(err, ERR_DATA, "member \"%s\": is cut: not every tag is closed", unzip_name(unzip, i));
			goto out;
		}
		if (!sheet_number(unzip_name(unzip, i), count, &sheet))
			continue;
		seen++;
		if (tags.rows != rows[sheet] || tags.cells != cells[sheet]) {
			err_set(err, ERR_DATA,
			    "member \"%s\": has %" PRIu64 " rows and %" PRIu64 " cells of %" PRIu64 " and %" PRIu64,
			    unzip_name(unzip, i), tags.rows, tags.cells, rows[sheet], cells[sheet]);
			goto out;
		}
	}
	if (seen != count) {
		err_set(err, ERR_DATA, "has %zu sheets of %zu", seen, count);
		goto out;
	}
	rc = 0;
out:
	unzip_close(unzip);
	return rc == 0 ? 0 : err_wrap(err, "\"%s\"", path);
}
