/* Writing and reading snapshots. The reader trusts nothing: a file that was cut, edited, or made by another version is an error and
 * never a workbook with less in it. */
#include "snapshot.h"

#include <inttypes.h>
#include <string.h>

#include "adapter/gzip.h"
#include "base/buf.h"
#include "base/stage.h"
#include "base/text.h"

#define MAGIC "ctok-report"

struct snapshot {
	struct arena arena; /* holds the snapshot itself */
	const char *path;
	struct gzip *gzip;
	struct stage *stage; /* writing */
	bool inside;         /* between begin and end of `section` */
	enum section section;
	int sections; /* begun so far */
	int64_t rows; /* of the section */
	int64_t lines;
	struct cell cells[SECTION_MAX_COLUMNS];
};

static struct snapshot *
start(const char *path)
{
	struct arena arena = ARENA_INIT;
	struct snapshot *snapshot = ARENA_NEW(&arena, struct snapshot);

	snapshot->path = arena_strdup(&arena, path);
	snapshot->arena = arena;
	return snapshot;
}

/* ---- writing ---- */

static int
put(struct snapshot *snapshot, const char *bytes, size_t len, struct err *err)
{
	if (gzip_write(snapshot->gzip, bytes, len, err) != 0)
		return err_wrap(err, "snapshot \"%s\"", snapshot->path);
	return 0;
}

static int
put_line(struct snapshot *snapshot, const char *line, struct err *err)
{
	snapshot->lines++;
	if (put(snapshot, line, strlen(line), err) != 0)
		return -1;
	return put(snapshot, "\n", 1, err);
}

int
snapshot_create(const char *path, struct snapshot **ret_snapshot, struct err *err)
{
	struct snapshot *snapshot = start(path);

	if (stage_open(path, &snapshot->stage, err) != 0)
		goto fail;
	if (gzip_create(stage_file(snapshot->stage), &snapshot->gzip, err) != 0)
		goto fail;
	if (put_line(snapshot, arena_printf(&snapshot->arena, MAGIC "\t%d", SNAPSHOT_VERSION), err) != 0)
		goto fail;
	*ret_snapshot = snapshot;
	return 0;
fail:
	snapshot_close(snapshot);
	return -1;
}

/* The line that begins a section. */
static const char *
heading(struct arena *arena, enum section section)
{
	const struct section_def *def = &section_defs[section];
	const char *line = arena_printf(arena, "s\t%s", def->name);
	size_t i;

	for (i = 0; i < def->column_count; i++)
		line = arena_printf(arena, "%s\t%s:%s", line, def->columns[i].name, section_type_name(def->columns[i].type));
	return line;
}

int
snapshot_begin(struct snapshot *snapshot, enum section section, struct err *err)
{
	BUG_UNLESS(!snapshot->inside && (int)section == snapshot->sections);
	snapshot->inside = true;
	snapshot->section = section;
	snapshot->sections++;
	snapshot->rows = 0;
	return put_line(snapshot, heading(&snapshot->arena, section), err);
}

int
snapshot_add(struct snapshot *snapshot, const char *line, size_t len, struct err *err)
{
	BUG_UNLESS(snapshot->inside);
	if (len > SNAPSHOT_MAX_LINE - 2)
		return err_set(err, ERR_DATA, "row of section \"%s\" is larger than %zu bytes",
		    section_defs[snapshot->section].name, SNAPSHOT_MAX_LINE - 2);
	snapshot->rows++;
	snapshot->lines++;
	if (put(snapshot, "r\t", 2, err) != 0)
		return -1;
	if (put(snapshot, line, len, err) != 0)
		return -1;
	return put(snapshot, "\n", 1, err);
}

int
snapshot_end(struct snapshot *snapshot, struct err *err)
{
	BUG_UNLESS(snapshot->inside);
	snapshot->inside = false;
	return put_line(
	    snapshot, arena_printf(&snapshot->arena, "e\t%s\t%" PRId64, section_defs[snapshot->section].name, snapshot->rows), err);
}

int
snapshot_publish(struct snapshot *snapshot, struct err *err)
{
	BUG_UNLESS(!snapshot->inside && snapshot->sections == SECTION_COUNT);
	if (put_line(snapshot, arena_printf(&snapshot->arena, "z\t%" PRId64, snapshot->lines), err) != 0)
		return -1;
	if (gzip_finish(snapshot->gzip, err) != 0)
		return err_wrap(err, "snapshot \"%s\"", snapshot->path);
	return stage_publish(snapshot->stage, err);
}

/* ---- reading ---- */

/* The next field of a line, cut off at the tab; NULL after the last one. */
static char *
cut(char **at)
{
	char *field = *at, *tab;

	if (field == NULL)
		return NULL;
	tab = strchr(field, '\t');
	if (tab != NULL)
		*tab = '\0';
	*at = tab == NULL ? NULL : tab + 1;
	return field;
}

int
snapshot_open(const char *path, struct snapshot **ret_snapshot, struct err *err)
{
	struct snapshot *snapshot = start(path);
	size_t len;
	char *line;

	if (gzip_open(path, SNAPSHOT_MAX_LINE, &snapshot->gzip, err) != 0) {
		err_wrap(err, "snapshot");
		goto fail;
	}
	if (gzip_line(snapshot->gzip, &line, &len, err) != 0) {
		err_wrap(err, "snapshot \"%s\"", path);
		goto fail;
	}
	if (line == NULL || !text_starts(line, MAGIC "\t")) {
		err_set(err, ERR_DATA, "\"%s\" is not a snapshot of a report", path);
		goto fail;
	}
	if (!text_equal(line + strlen(MAGIC "\t"), arena_printf(&snapshot->arena, "%d", SNAPSHOT_VERSION))) {
		err_set(err, ERR_DATA, "snapshot \"%s\" has version %.20s, this program reads version %d", path,
		    line + strlen(MAGIC "\t"), SNAPSHOT_VERSION);
		goto fail;
	}
	snapshot->lines = 1;
	*ret_snapshot = snapshot;
	return 0;
fail:
	snapshot_close(snapshot);
	return -1;
}

/* COPY text format, in place. Source: PostgreSQL manual, COPY, "Text Format". */
static int
unescape(char *text, struct err *err)
{
	static const char codes[] = "bfnrtv\\", values[] = "\b\f\n\r\t\v\\";
	const char *from = text, *code;
	char *to = text;

	while (*from != '\0') {
		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		code = from[1] == '\0' ? NULL : strchr(codes, from[1]);
		if (code == NULL)
			return err_set(err, ERR_DATA, "has an unknown escape");
		*to++ = values[code - codes];
		from += 2;
	}
	*to = '\0';
	return 0;
}

static bool
digits(const char *text, size_t at, size_t count, int *ret_value)
{
	size_t i;

	*ret_value = 0;
	for (i = at; i < at + count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*ret_value = *ret_value * 10 + (text[i] - '0');
	}
	return true;
}

/* "2026-08-03", "2026-08-03 05:00:11". */
static int
read_date(const char *text, bool has_time, struct clock_date *ret_date, struct err *err)
{
	struct clock_date date = { 0 };
	bool good = strlen(text) == (has_time ? 19 : 10) && digits(text, 0, 4, &date.year) && text[4] == '-' &&
		    digits(text, 5, 2, &date.month) && text[7] == '-' && digits(text, 8, 2, &date.day);

	if (good && has_time)
		good = text[10] == ' ' && digits(text, 11, 2, &date.hour) && text[13] == ':' && digits(text, 14, 2, &date.minute) &&
		       text[16] == ':' && digits(text, 17, 2, &date.second);
	if (!good || !clock_valid(&date))
		return err_set(err, ERR_DATA, "\"%s\" is not a %s", text, has_time ? "date and time" : "date");
	*ret_date = date;
	return 0;
}

static int
read_cell(char *field, enum cell_type type, struct cell *ret_cell, struct err *err)
{
	struct cell cell = { 0 };

	cell.null = strcmp(field, "\\N") == 0;
	if (!cell.null) {
		switch (type) {
		case CELL_TEXT:
			if (unescape(field, err) != 0)
				return -1;
			if (!text_utf8_valid(field, strlen(field)))
				return err_set(err, ERR_DATA, "is not valid UTF-8");
			cell.text = field;
			break;
		case CELL_INTEGER:
		case CELL_MONEY:
			if (text_int64(field, &cell.number, err) != 0)
				return -1;
			break;
		case CELL_DATE:
		case CELL_DATETIME:
			if (read_date(field, type == CELL_DATETIME, &cell.date, err) != 0)
				return -1;
			break;
		}
	}
	*ret_cell = cell;
	return 0;
}

static int
read_row(struct snapshot *snapshot, char *at, struct err *err)
{
	const struct section_def *def = &section_defs[snapshot->section];
	char *field;
	size_t i;

	for (i = 0; i < def->column_count; i++) {
		field = cut(&at);
		if (field == NULL)
			return err_set(
			    err, ERR_DATA, "row of section \"%s\" has %zu columns of %zu", def->name, i, def->column_count);
		if (read_cell(field, def->columns[i].type, &snapshot->cells[i], err) != 0)
			return err_wrap(err, "column \"%s\" of section \"%s\"", def->columns[i].name, def->name);
	}
	if (at != NULL)
		return err_set(err, ERR_DATA, "row of section \"%s\" has more than %zu columns", def->name, def->column_count);
	snapshot->rows++;
	return 0;
}

enum line_kind { LINE_ROW, LINE_OTHER, LINE_LAST };

static int
read_line(struct snapshot *snapshot, char *line, size_t len, enum line_kind *ret_kind, struct err *err)
{
	const char *expected;

	if (strlen(line) != len)
		return err_set(err, ERR_DATA, "has a NUL byte");
	if (snapshot->inside && text_starts(line, "r\t")) {
		*ret_kind = LINE_ROW;
		return read_row(snapshot, line + 2, err);
	}
	/* Anything but a row is wholly known beforehand. */
	*ret_kind = LINE_OTHER;
	if (snapshot->inside) {
		expected = arena_printf(&snapshot->arena, "e\t%s\t%" PRId64, section_defs[snapshot->section].name, snapshot->rows);
		snapshot->inside = false;
	} else if (snapshot->sections < SECTION_COUNT) {
		snapshot->section = (enum section)snapshot->sections++;
		snapshot->rows = 0;
		snapshot->inside = true;
		expected = heading(&snapshot->arena, snapshot->section);
	} else {
		expected = arena_printf(&snapshot->arena, "z\t%" PRId64, snapshot->lines);
		*ret_kind = LINE_LAST;
	}
	if (!text_equal(line, expected))
		return err_set(err, ERR_DATA, "expected \"%s\", found \"%.60s\"", expected, line);
	return 0;
}

int
snapshot_next(struct snapshot *snapshot, enum section *ret_section, const struct cell **ret_cells, struct err *err)
{
	enum line_kind kind = LINE_OTHER;
	size_t len;
	char *line;

	while (kind == LINE_OTHER) {
		if (gzip_line(snapshot->gzip, &line, &len, err) != 0)
			return err_wrap(err, "snapshot \"%s\"", snapshot->path);
		if (line == NULL)
			return err_set(
			    err, ERR_DATA, "snapshot \"%s\": is cut after line %" PRId64, snapshot->path, snapshot->lines);
		if (read_line(snapshot, line, len, &kind, err) != 0)
			return err_wrap(err, "snapshot \"%s\", line %" PRId64, snapshot->path, snapshot->lines + 1);
		if (kind != LINE_LAST)
			snapshot->lines++;
	}
	if (kind == LINE_ROW) {
		*ret_section = snapshot->section;
		*ret_cells = snapshot->cells;
		return 0;
	}
	if (gzip_line(snapshot->gzip, &line, &len, err) != 0)
		return err_wrap(err, "snapshot \"%s\"", snapshot->path);
	if (line != NULL)
		return err_set(err, ERR_DATA, "snapshot \"%s\": goes on after its end", snapshot->path);
	*ret_cells = NULL;
	return 0;
}

void
snapshot_close(struct snapshot *snapshot)
{
	struct arena arena;

	if (snapshot == NULL)
		return;
	gzip_close(snapshot->gzip);
	stage_close(snapshot->stage);
	arena = snapshot->arena; /* it holds the snapshot itself */
	arena_done(&arena);
}
