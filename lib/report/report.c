/* Snapshots of the report views, and the record of workbooks made from them. */
#include "report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adapter/crypto.h"
#include "base/text.h"
#include "db/copy.h"
#include "snapshot.h"
#include "sql.h"

static int
add_line(const char *line, size_t len, void *context, struct err *err)
{
	return snapshot_add(context, line, len, err);
}

static int
write_sections(struct db *db, struct snapshot *snapshot, struct err *err)
{
	enum section section;

	for (section = 0; section < SECTION_COUNT; section++) {
		if (snapshot_begin(snapshot, section, err) != 0)
			return -1;
		if (copy_out(db, section_defs[section].copy, add_line, snapshot, err) != 0)
			return err_wrap(err, "could not read section \"%s\" of the report", section_defs[section].name);
		if (snapshot_end(snapshot, err) != 0)
			return -1;
	}
	return 0;
}

int
report_snapshot_write(struct db *db, int64_t run_id, const char *path, struct err *err)
{
	struct snapshot *snapshot = NULL;
	struct arena arena = ARENA_INIT;
	bool begun = false;
	int rc = -1;

	if (snapshot_create(path, &snapshot, err) != 0)
		goto out;
	/* One moment for all sections. */
	if (db_begin(db, err) != 0)
		goto out;
	begun = true;
	if (db_script(db, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", err) != 0)
		goto out;
	if (db_exec(db, sql_report_run, DB_ARGS(arena_printf(&arena, "%" PRId64, run_id)), NULL, err) != 0)
		goto out;
	if (write_sections(db, snapshot, err) != 0)
		goto out;
	rc = snapshot_publish(snapshot, err);
out:
	if (begun)
		db_rollback(db); /* nothing was written */
	snapshot_close(snapshot);
	arena_done(&arena);
	return rc;
}

int
report_hash(const char *path, uint8_t ret_hash[32], struct err *err)
{
	struct stat st;
	void *bytes = MAP_FAILED;
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = -1;

	if (fd < 0 || fstat(fd, &st) != 0) {
		err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "could not read \"%s\": %s", path, strerror(errno));
		goto out;
	}
	if (st.st_size == 0) {
		crypto_sha256("", 0, ret_hash);
		rc = 0;
		goto out;
	}
	/* Mapped, not read: large files do not become memory of ours. */
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED) {
		err_set(err, ERR_IO, "could not read \"%s\": %s", path, strerror(errno));
		goto out;
	}
	crypto_sha256(bytes, (size_t)st.st_size, ret_hash);
	rc = 0;
out:
	if (bytes != MAP_FAILED)
		munmap(bytes, (size_t)st.st_size);
	if (fd >= 0)
		close(fd);
	return rc;
}

int
report_save(struct arena *arena, struct db *db, int64_t run_id, const char *state_dir, const char *snapshot_path,
    const char *xlsx_path, bool ties, struct err *err)
{
	const char *run = arena_printf(arena, "%" PRId64, run_id);
	uint8_t snapshot[CRYPTO_HASH_BYTES], xlsx[CRYPTO_HASH_BYTES];

	if (report_hash(arena_printf(arena, "%s/%s", state_dir, snapshot_path), snapshot, err) != 0)
		return -1;
	if (report_hash(arena_printf(arena, "%s/%s", state_dir, xlsx_path), xlsx, err) != 0)
		return -1;
	if (db_begin(db, err) != 0)
		return -1;
	return db_end(db,
	    db_exec(db, sql_report_save,
		DB_ARGS(run, snapshot_path, text_hex(arena, snapshot, sizeof(snapshot)), xlsx_path,
		    text_hex(arena, xlsx, sizeof(xlsx)), ties ? "t" : "f"),
		NULL, err),
	    err);
}

/* 64 hex digits of our own database. */
static void
read_hash(const char *hex, uint8_t ret_hash[CRYPTO_HASH_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	BUG_UNLESS(strlen(hex) == 2 * CRYPTO_HASH_BYTES);
	for (i = 0; i < CRYPTO_HASH_BYTES; i++) {
		const char *high = strchr(digits, hex[2 * i]), *low = strchr(digits, hex[2 * i + 1]);

		BUG_UNLESS(high != NULL && low != NULL);
		ret_hash[i] = (uint8_t)((high - digits) << 4 | (low - digits));
	}
}

int
report_find(struct arena *arena, struct db *db, int64_t run_id, struct report_record *ret_record, struct err *err)
{
	struct db_row *row;

	if (db_maybe(arena, db, sql_report_find, DB_ARGS(arena_printf(arena, "%" PRId64, run_id)), &row, err) != 0)
		return -1;
	if (row == NULL)
		return err_set(err, ERR_NOT_FOUND, "run %" PRId64 " made no report", run_id);
	ret_record->snapshot_path = db_value(row, "snapshot_path");
	ret_record->xlsx_path = db_value(row, "xlsx_path");
	read_hash(db_value(row, "snapshot_sha256"), ret_record->snapshot_hash);
	read_hash(db_value(row, "xlsx_sha256"), ret_record->xlsx_hash);
	ret_record->ties = db_bool(row, "ties");
	return 0;
}
