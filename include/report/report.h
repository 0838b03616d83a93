#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/* The workbook for finance. It is drawn from a snapshot alone: a file of what the report views showed at one moment, compressed,
 * with its hash on record. The same snapshot gives the same bytes. */

/**
 * report_snapshot_write(db, run_id, path, err):
 * Save what the report views show (sql/report/, schema `rule`), all as of one moment, for the connection's tenant. rules_at() and
 * finding_controls() come before. Memory does not grow with the rows.
 *
 * Errors: those of the database and of files.
 */
MUST_CHECK int report_snapshot_write(struct db *, int64_t, const char *, struct err *) __attribute__((nonnull));

struct report_summary {
	bool ties;     /* every control's difference and every check cell is 0 */
	int64_t units; /* rows of Access vs money */
	int64_t open_units;
	int64_t exceptions; /* open findings */
	int64_t actions;
	int64_t sheets;
};

/* More rows than this begin another sheet, "Access vs money (2)". */
#define REPORT_ROWS_PER_SHEET 1000000u

/**
 * report_render(snapshot, xlsx, rows_per_sheet, ret_summary, err):
 * Draw the workbook ${xlsx} from the file ${snapshot}. ${rows_per_sheet} is REPORT_ROWS_PER_SHEET but in tests.
 *
 * Errors: ERR_DATA if the snapshot is cut, damaged or of another version; those of xlsx_save().
 */
MUST_CHECK int report_render(const char *, const char *, uint32_t, struct report_summary *, struct err *) __attribute__((nonnull));

/**
 * report_hash(path, ret_hash, err):
 * SHA-256 of a file.
 */
MUST_CHECK int report_hash(const char *, uint8_t[32], struct err *) __attribute__((nonnull));

/**
 * report_save(arena, db, run_id, state_dir, snapshot_path, xlsx_path, ties, err):
 * Record both files, whose paths are relative to ${state_dir}, with their hashes, in a transaction of its own. Again for the same run
 * replaces the record.
 */
MUST_CHECK int report_save(struct arena *, struct db *, int64_t, const char *, const char *, const char *, bool, struct err *)
    __attribute__((nonnull));

struct report_record {
	const char *snapshot_path; /* relative to the state directory */
	const char *xlsx_path;
	uint8_t snapshot_hash[32];
	uint8_t xlsx_hash[32];
	bool ties;
};

/**
 * report_find(arena, db, run_id, ret_record, err):
 * Errors: ERR_NOT_FOUND naming the run.
 */
MUST_CHECK int report_find(struct arena *, struct db *, int64_t, struct report_record *, struct err *) __attribute__((nonnull));

#endif
