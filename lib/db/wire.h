#ifndef DB_WIRE_H
#define DB_WIRE_H

/* What db.c, transaction.c and copy.c, the users of libpq, share about a connection. Private to lib/db. */
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "db/copy.h"
#include "session.h"

struct copy {
	struct db *db;  /* NULL: rows are kept in memory */
	struct buf out; /* rows not sent yet */
	bool row_open;  /* the row at hand has a field already */
	bool taken;     /* of rows in memory: what is there was handed out */
};

/* Is nothing kept (db_preview()), and is a transaction of somebody open in it? */
enum preview { PREVIEW_NONE, PREVIEW_BETWEEN, PREVIEW_INSIDE };

struct db {
	PGconn *conn;
	const char *sql;       /* the statement at hand, to tell lines in errors; NULL between statements */
	bool streaming;        /* a statement's rows are still coming, or go: nothing else may run */
	struct copy copy;      /* one at a time, so it lives here */
	int64_t fence;         /* of the night it joined; 0: none */
	struct db_audit audit; /* of the open transaction */
	enum preview preview;
};

/**
 * wire_code(sqlstate):
 * What a SQLSTATE means to us.
 *
 * Source: PostgreSQL manual, appendix A.
 */
enum err_code wire_code(const char *) __attribute__((nonnull));

/**
 * wire_failure(db, result, err):
 * Set ${err} from a failed result, or from the connection when ${result} is NULL. Returns -1.
 */
int wire_failure(struct db *, const PGresult *, struct err *) __attribute__((nonnull(1, 3)));

/**
 * wire_lost(db, err):
 * Set ${err}: the connection is gone. Returns -1.
 */
int wire_lost(struct db *, struct err *) __attribute__((nonnull));

/**
 * wire_drain(db, err):
 * Read what is left of a statement. ${err} (if none is set yet) gets the first failure met.
 */
MUST_CHECK int wire_drain(struct db *, struct err *) __attribute__((nonnull));

#endif
