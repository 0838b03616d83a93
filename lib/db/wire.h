#ifndef DB_WIRE_H
#define DB_WIRE_H

/* What db.c and copy.c, the two users of libpq, share about a connection. Private to lib/db. */
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "db/copy.h"
#include "session.h"

struct copy {
	struct db *db;
	struct buf out; /* rows not sent yet */
	bool row_open;  /* the row at hand has a field already */
};

struct db {
	PGconn *conn;
	const char *sql;       /* the statement at hand, to tell lines in errors; NULL between statements */
	bool streaming;        /* a statement's rows are still coming, or go: nothing else may run */
	struct copy copy;      /* one at a time, so it lives here */
	int64_t fence;         /* of the night it joined; 0: none */
	struct db_audit audit; /* of the open transaction */
};

/**
 * db_failure(db, result, err):
 * Set ${err} from a failed result, or from the connection when ${result} is NULL. Returns -1.
 */
int db_failure(struct db *, const PGresult *, struct err *) __attribute__((nonnull(1, 3)));

/**
 * db_drain(db, ret_state, err):
 * Read what is left of a statement. ${err} (if none is set yet) gets the first failure met.
 */
MUST_CHECK int db_drain(struct db *, struct err *) __attribute__((nonnull));

#endif
