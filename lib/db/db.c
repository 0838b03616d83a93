/* Connections to PostgreSQL and statements on them, over libpq. (Transactions are in transaction.c.)
 *
 * Everything travels as text. A statement that fails inside a transaction leaves it failed: only db_rollback() helps then. */
#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "sql.h"

#define CONNECT_TIMEOUT_MS 30000

/* Of a session. The statement time-out is a last resort against a statement that never ends, not a performance goal. A statement
 * whose program was killed ends within a second and lets go of its locks. */
static const char session_settings[] =
    "SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601'; SET bytea_output = 'hex';"
    "SET search_path = ctok, rule, pg_temp; SET jit = off; SET client_min_messages = 'error';"
    "SET statement_timeout = '1h'; SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '1h';"
    "SET client_connection_check_interval = '1s'";

/* Notices are for people at a terminal. */
static void
ignore_notice(void *context, const PGresult *result)
{
	(void)context;
	(void)result;
}

/* A refused connection has no result, only text. At verbose level it holds "FATAL:  28P01: reason\nLOCATION: …", the first word
 * in the server's language. */
static int
connect_failure(PGconn *conn, struct err *err)
{
	const char *text = PQerrorMessage(conn), *mark, *end;
	char state[6] = "";

	for (mark = strstr(text, ":  "); mark != NULL; mark = strstr(mark + 1, ":  "))
		if (strspn(mark + 3, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 5 && mark[8] == ':' && mark[9] == ' ') {
			memcpy(state, mark + 3, 5);
			text = mark + 10;
			break;
		}
	end = strstr(text, "\nLOCATION:");
	err_set(err, *state == '\0' ? ERR_SERVICE : wire_code(state), "could not connect to the database: %.*s",
	    (int)(end == NULL ? strlen(text) : (size_t)(end - text)), text);
	if (*state == '\0' && PQconnectionNeedsPassword(conn) != 0) {
		err->code = ERR_CONFIG;
		err_hint(err, "Set database_password to a secret reference.");
	}
	return -1;
}

static int
connect_wait(PGconn *conn, struct err *err)
{
	int64_t until = clock_mono_ms() + CONNECT_TIMEOUT_MS, left;
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;
	struct pollfd fd;
	int ready;

	/* Both functions of libpq begin as if poll had said "writable". */
	while (state != PGRES_POLLING_OK) {
		if (state == PGRES_POLLING_FAILED || PQstatus(conn) == CONNECTION_BAD)
			return connect_failure(conn, err);
		fd = (struct pollfd){ PQsocket(conn), state == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0 };
		left = until - clock_mono_ms();
		ready = left <= 0 ? 0 : poll(&fd, 1, (int)left);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready < 0)
			return err_set(err, ERR_SYSTEM, "could not wait for the database: %s", strerror(errno));
		if (ready == 0)
			return err_set(err, ERR_SERVICE, "could not connect to the database: no answer for %d seconds",
			    CONNECT_TIMEOUT_MS / 1000);
		state = PQconnectPoll(conn);
	}
	return 0;
}

bool
db_ping(const char *conninfo)
{
	return PQping(conninfo) == PQPING_OK;
}

int
db_check_conninfo(const char *conninfo, struct err *err)
{
	PQconninfoOption *options, *option;
	char *reason = NULL;
	int rc = -1;

	options = PQconninfoParse(conninfo, &reason);
	if (options == NULL) {
		/* The reason quotes parts of the line, which may be a password: say only that it is wrong. */
		PQfreemem(reason);
		err_set(err, ERR_CONFIG, "setting \"database\" is neither \"embedded\" nor a valid connection line of PostgreSQL");
		return err_hint(err, "It looks like \"host=db.example.org dbname=ctok user=ctok\".");
	}
	for (option = options; option->keyword != NULL; option++)
		if ((strcmp(option->keyword, "password") == 0 || strcmp(option->keyword, "sslpassword") == 0) &&
		    option->val != NULL && *option->val != '\0') {
			err_set(err, ERR_CONFIG, "setting \"database\" holds a password");
			err_hint(err, "Move it to a file and set database_password = \"file:/path\".");
			goto out;
		}
	rc = 0;
out:
	PQconninfoFree(options);
	return rc;
}

int
db_connect(const char *conninfo, const char *password, const char *name, struct db **ret_db, struct err *err)
{
	const char *const keywords[] = { "dbname", "application_name", "client_encoding", "password", NULL };
	const char *const values[] = { conninfo, name, "UTF8", password, NULL };
	PGresult *result = NULL;
	struct db *db;

	db = calloc(1, sizeof(*db));
	if (db == NULL)
		return err_set(err, ERR_SYSTEM, "out of memory");
	buf_init(&db->copy.out, 0);
	db->conn = PQconnectStartParams(keywords, values, /* expand_dbname= */ 1);
	if (db->conn == NULL) {
		err_set(err, ERR_SYSTEM, "out of memory");
		goto fail;
	}
	(void)PQsetErrorVerbosity(db->conn, PQERRORS_VERBOSE);
	(void)PQsetNoticeReceiver(db->conn, ignore_notice, NULL);
	if (connect_wait(db->conn, err) != 0)
		goto fail;
	(void)PQsetErrorVerbosity(db->conn, PQERRORS_DEFAULT);
	result = PQexec(db->conn, session_settings);
	if (PQresultStatus(result) != PGRES_COMMAND_OK) {
		(void)wire_failure(db, result, err);
		goto fail;
	}
	PQclear(result);
	*ret_db = db;
	return 0;
fail:
	PQclear(result);
	db_close(db);
	return -1;
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	/* The server rolls back what is open when we are gone. */
	buf_done(&db->copy.out);
	PQfinish(db->conn);
	free(db);
}

bool
db_in_transaction(const struct db *db)
{
	PGTransactionStatusType state = PQtransactionStatus(db->conn);

	return state == PQTRANS_INTRANS || state == PQTRANS_INERROR;
}

struct db_audit *
db_audit(struct db *db)
{
	return &db->audit;
}

static int
set_timeout(struct db *db, int64_t timeout_ms, struct err *err)
{
	char sql[64];
	PGresult *result;
	int rc = 0;

	if (timeout_ms == 0)
		(void)snprintf(sql, sizeof(sql), "SET statement_timeout = '1h'");
	else
		(void)snprintf(sql, sizeof(sql), "SET statement_timeout = %lld", (long long)timeout_ms);
	result = PQexec(db->conn, sql);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		rc = wire_failure(db, result, err);
	PQclear(result);
	return rc;
}

/* Send ${sql} with ${args}; its results are to be fetched. */
static int
send(struct db *db, const char *sql, const struct db_args *args, struct err *err)
{
	int sent;

	BUG_UNLESS(!db->streaming);
	BUG_UNLESS(args->count <= 65535);
	if (args->timeout_ms != 0 && set_timeout(db, args->timeout_ms, err) != 0)
		return -1;
	db->sql = sql;
	db->streaming = true;
	sent = PQsendQueryParams(db->conn, sql, (int)args->count, NULL, args->values, NULL, NULL, /* text results= */ 0);
	if (sent == 1)
		return 0;
	db->streaming = false;
	(void)wire_failure(db, NULL, err);
	db->sql = NULL;
	return -1;
}

/* After a statement: put its own time-out back. Inside a failed transaction that waits for the rollback, which undoes SET. */
static int
finish(struct db *db, const struct db_args *args, int rc, struct err *err)
{
	struct err ignored = ERR_INIT;

	db->streaming = false;
	db->sql = NULL;
	if (args->timeout_ms != 0 && PQtransactionStatus(db->conn) != PQTRANS_INERROR &&
	    set_timeout(db, 0, rc == 0 ? err : &ignored) != 0)
		return -1;
	return rc;
}

/* The one result of the statement that was sent; NULL with ${err} set if it failed. */
static PGresult *
fetch(struct db *db, const struct db_args *args, struct err *err)
{
	PGresult *result = PQgetResult(db->conn);
	ExecStatusType status = PQresultStatus(result);
	int rc = 0;

	if (result == NULL || (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY)) {
		rc = wire_failure(db, result, err);
		PQclear(result);
		result = NULL;
	}
	if (wire_drain(db, err) != 0)
		rc = -1;
	if (finish(db, args, rc, err) != 0) {
		PQclear(result);
		return NULL;
	}
	return result;
}

int
db_exec(struct db *db, const char *sql, const struct db_args *args, int64_t *ret_affected, struct err *err)
{
	PGresult *result;
	struct err ignored = ERR_INIT;
	int64_t affected = 0;

	if (send(db, sql, args, err) != 0)
		return -1;
	result = fetch(db, args, err);
	if (result == NULL)
		return -1;
	/* Empty for statements that touch no rows, as SET. */
	if (ret_affected != NULL && text_int64(PQcmdTuples(result), &affected, &ignored) != 0)
		affected = 0;
	PQclear(result);
	if (ret_affected != NULL)
		*ret_affected = affected;
	return 0;
}

/* The names of a result's columns. */
static const char **
names_of(struct arena *arena, const PGresult *result)
{
	int count = PQnfields(result), i;
	const char **names = ARENA_ARRAY(arena, (size_t)count, const char *);

	for (i = 0; i < count; i++)
		names[i] = arena_strdup(arena, PQfname(result, i));
	return names;
}

static void
copy_row_values(struct arena *arena, const PGresult *result, int row, const char **names, struct db_row *ret_row)
{
	int count = PQnfields(result), i;
	const char **values = ARENA_ARRAY(arena, (size_t)count, const char *);

	for (i = 0; i < count; i++)
		if (PQgetisnull(result, row, i) == 0)
			values[i] = arena_strndup(arena, PQgetvalue(result, row, i), (size_t)PQgetlength(result, row, i));
	*ret_row = (struct db_row){ (size_t)count, names, values };
}

int
db_rows(struct arena *arena, struct db *db, const char *sql, const struct db_args *args, struct db_row **ret_rows,
    size_t *ret_count, struct err *err)
{
	PGresult *result;
	struct db_row *rows;
	const char **names;
	int count, i;

	if (send(db, sql, args, err) != 0)
		return -1;
	result = fetch(db, args, err);
	if (result == NULL)
		return -1;
	count = PQntuples(result);
	names = names_of(arena, result);
	rows = ARENA_ARRAY(arena, (size_t)count, struct db_row);
	for (i = 0; i < count; i++)
		copy_row_values(arena, result, i, names, &rows[i]);
	PQclear(result);
	*ret_rows = rows;
	*ret_count = (size_t)count;
	return 0;
}

int
db_maybe(struct arena *arena, struct db *db, const char *sql, const struct db_args *args, struct db_row **ret_row, struct err *err)
{
	struct db_row *rows;
	size_t count;

	if (db_rows(arena, db, sql, args, &rows, &count, err) != 0)
		return -1;
	if (count > 1)
		return err_set(err, ERR_BUG, "the database gave %zu rows where at most one can be", count);
	*ret_row = count == 0 ? NULL : rows;
	return 0;
}

int
db_row(struct arena *arena, struct db *db, const char *sql, const struct db_args *args, struct db_row **ret_row, struct err *err)
{
	struct db_row *row = NULL;

	if (db_maybe(arena, db, sql, args, &row, err) != 0)
		return -1;
	if (row == NULL)
		return err_set(err, ERR_NOT_FOUND, "the database has no such row");
	*ret_row = row;
	return 0;
}

int
db_each(struct db *db, const char *sql, const struct db_args *args, int (*fn)(const struct db_row *, void *, struct err *),
    void *context, struct err *err)
{
	struct arena arena = ARENA_INIT;
	const char **names = NULL, **values = NULL;
	struct db_row row;
	PGresult *result;
	ExecStatusType status;
	int count = 0, i, rc = 0;

	if (send(db, sql, args, err) != 0)
		return -1;
	BUG_UNLESS(PQsetSingleRowMode(db->conn) == 1);
	/* After a failure the rest is read and dropped: cancelling would fail the caller's transaction by chance. */
	while ((result = PQgetResult(db->conn)) != NULL) {
		status = PQresultStatus(result);
		if (status == PGRES_SINGLE_TUPLE && rc == 0) {
			if (names == NULL) {
				names = names_of(&arena, result);
				count = PQnfields(result);
				values = ARENA_ARRAY(&arena, (size_t)count, const char *);
			}
			for (i = 0; i < count; i++)
				values[i] = PQgetisnull(result, 0, i) != 0 ? NULL : PQgetvalue(result, 0, i);
			row = (struct db_row){ (size_t)count, names, values };
			rc = fn(&row, context, err);
			BUG_UNLESS(rc == 0 || err->code != ERR_NONE);
		} else if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && rc == 0) {
			rc = wire_failure(db, result, err);
		}
		PQclear(result);
		if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT)
			break;
	}
	if (rc == 0 && PQstatus(db->conn) == CONNECTION_BAD)
		rc = wire_lost(db, err);
	arena_done(&arena);
	return finish(db, args, rc == 0 ? 0 : -1, err);
}

int
db_script(struct db *db, const char *sql, struct err *err)
{
	int rc;

	BUG_UNLESS(!db->streaming);
	db->sql = sql;
	rc = PQsendQuery(db->conn, sql) == 1 ? wire_drain(db, err) : wire_failure(db, NULL, err);
	db->sql = NULL;
	return rc;
}
