/* Snapshots of reports: the lines inside the compression are the input. What is not exactly right is refused with a reason; what is
 * right has cells of the declared types. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../lib/report/snapshot.h"
#include "adapter/gzip.h"
#include "base/text.h"
#include "fuzz.h"

static void
look(const struct section_def *def, const struct cell *cells)
{
	size_t i;

	for (i = 0; i < def->column_count; i++) {
		if (cells[i].null)
			continue;
		if (def->columns[i].type == CELL_TEXT)
			MUST_HOLD(text_utf8_valid(cells[i].text, strlen(cells[i].text)));
		if (def->columns[i].type == CELL_DATE || def->columns[i].type == CELL_DATETIME)
			MUST_HOLD(clock_valid(&cells[i].date));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[64];
	struct snapshot *snapshot = NULL;
	struct gzip *gzip = NULL;
	struct err err = ERR_INIT;
	const struct cell *cells;
	enum section section;

	if (path[0] == '\0')
		(void)snprintf(path, sizeof(path), "/dev/shm/fuzz-snapshot-%ld", (long)getpid());
	(void)unlink(path);
	MUST_HOLD(gzip_create(path, &gzip, &err) == 0 && gzip_write(gzip, data, size, &err) == 0 && gzip_finish(gzip, &err) == 0);
	gzip_close(gzip);
	if (snapshot_open(path, &snapshot, &err) == 0) {
		do {
			if (snapshot_next(snapshot, &section, &cells, &err) != 0)
				break;
			if (cells != NULL)
				look(&section_defs[section], cells);
		} while (cells != NULL);
	}
	MUST_HOLD(err.code == ERR_NONE || (err.code == ERR_DATA && err.message[0] != '\0'));
	snapshot_close(snapshot);
	(void)unlink(path);
	return 0;
}
