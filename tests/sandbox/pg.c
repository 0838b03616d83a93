/* libpq for the sandbox: a pool of connections for the server's threads, statements prepared once per connection (found by their
 * text), everything as text. Nothing here retries: a lost connection is thrown away and the request fails. */
#include "pg.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "base/buf.h"

#define POOL_MAX 24
#define STATEMENTS 512 /* slots of the hash of prepared statements, a power of two */

struct pg {
	PGconn *connection;
	char *statements[STATEMENTS]; /* texts; the slot's number is the statement's name */
	size_t prepared;
	char state[6];
	bool broken;
};

struct pg_rows {
	PGresult *result;
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t given;
	char *conninfo;
	struct pg *idle[POOL_MAX];
	size_t idle_count;
	size_t open;
} pool = { .lock = PTHREAD_MUTEX_INITIALIZER, .given = PTHREAD_COND_INITIALIZER };

static void *
allocate(size_t size)
{
	void *p = calloc(1, size);

	BUG_UNLESS(p != NULL);
	return p;
}

static char *
duplicate(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(allocate(size), text, size);
}

static int
connect_one(struct pg **ret_pg, struct err *err)
{
	struct pg *pg = allocate(sizeof(*pg));
	PGresult *result;

	pg->connection = PQconnectdb(pool.conninfo);
	if (PQstatus(pg->connection) != CONNECTION_OK) {
		err_set(err, ERR_SERVICE, "could not connect to the sandbox's database: %s", PQerrorMessage(pg->connection));
		PQfinish(pg->connection);
		free(pg);
		return -1;
	}
	result = PQexec(pg->connection, "SET client_encoding = 'UTF8'; SET timezone = 'UTC'; SET synchronous_commit = off;"
					"SET client_min_messages = warning");
	if (PQresultStatus(result) != PGRES_COMMAND_OK) {
		err_set(err, ERR_SERVICE, "could not prepare a connection to the sandbox's database: %s",
		    PQerrorMessage(pg->connection));
		PQclear(result);
		PQfinish(pg->connection);
		free(pg);
		return -1;
	}
	PQclear(result);
	*ret_pg = pg;
	return 0;
}

static void
disconnect(struct pg *pg)
{
	size_t i;

	for (i = 0; i < STATEMENTS; i++)
		free(pg->statements[i]);
	PQfinish(pg->connection);
	free(pg);
}

int
pg_pool_open(const char *conninfo, struct err *err)
{
	struct pg *pg;

	pool.conninfo = duplicate(conninfo);
	if (pg_take(&pg, err) != 0)
		return -1;
	pg_give(pg);
	return 0;
}

void
pg_pool_close(void)
{
	pthread_mutex_lock(&pool.lock);
	while (pool.idle_count > 0)
		disconnect(pool.idle[--pool.idle_count]);
	free(pool.conninfo);
	pool.conninfo = NULL;
	pool.open = 0;
	pthread_mutex_unlock(&pool.lock);
}

int
pg_take(struct pg **ret_pg, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&pool.lock);
	while (pool.idle_count == 0 && pool.open >= POOL_MAX)
		pthread_cond_wait(&pool.given, &pool.lock);
	if (pool.idle_count > 0) {
		*ret_pg = pool.idle[--pool.idle_count];
		pthread_mutex_unlock(&pool.lock);
		return 0;
	}
	pool.open++;
	pthread_mutex_unlock(&pool.lock);
	rc = connect_one(ret_pg, err);
	if (rc != 0) {
		pthread_mutex_lock(&pool.lock);
		pool.open--;
		pthread_mutex_unlock(&pool.lock);
	}
	return rc;
}

void
pg_give(struct pg *pg)
{
	if (pg == NULL)
		return;
	if (PQtransactionStatus(pg->connection) != PQTRANS_IDLE)
		PQclear(PQexec(pg->connection, "ROLLBACK"));
	if (PQstatus(pg->connection) != CONNECTION_OK)
		pg->broken = true;
	pthread_mutex_lock(&pool.lock);
	if (pg->broken)
		pool.open--;
	else
		pool.idle[pool.idle_count++] = pg;
	pthread_cond_signal(&pool.given);
	pthread_mutex_unlock(&pool.lock);
	if (pg->broken)
		disconnect(pg);
}

static int
fail(struct pg *pg, const PGresult *result, const char *sql, struct err *err)
{
	const char *state = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
	enum err_code code = ERR_BUG;
	size_t i;

	for (i = 0; i < sizeof(pg->state) - 1; i++)
		pg->state[i] = state == NULL || strlen(state) < sizeof(pg->state) - 1 ? '\0' : state[i];
	if (PQstatus(pg->connection) != CONNECTION_OK || strncmp(pg->state, "57", 2) == 0) {
		pg->broken = true;
		code = ERR_SERVICE;
	} else if (strncmp(pg->state, "22", 2) == 0 || strncmp(pg->state, "23", 2) == 0) {
		code = ERR_DATA;
	}
	return err_set(err, code, "%s (in \"%.60s\")", PQerrorMessage(pg->connection), sql);
}

/* The slot of ${sql}; a free one if it is not prepared yet, and NULL when the table is nearly full. */
static char **
slot_of(struct pg *pg, const char *sql)
{
	size_t hash = 5381, i;
	const char *p;

	for (p = sql; *p != '\0'; p++)
		hash = hash * 33 + (unsigned char)*p;
	for (i = hash & (STATEMENTS - 1); pg->statements[i] != NULL; i = (i + 1) & (STATEMENTS - 1))
		if (strcmp(pg->statements[i], sql) == 0)
			return &pg->statements[i];
	return pg->prepared < STATEMENTS / 2 ? &pg->statements[i] : NULL;
}

static bool
is_good(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

static int
keep(struct pg *pg, PGresult *result, const char *sql, struct pg_rows **ret_rows, struct err *err)
{
	struct pg_rows *rows;

	if (!is_good(result)) {
		fail(pg, result, sql, err);
		PQclear(result);
		return -1;
	}
	if (ret_rows == NULL) {
		PQclear(result);
		return 0;
	}
	rows = allocate(sizeof(*rows));
	rows->result = result;
	*ret_rows = rows;
	return 0;
}

int
pg_run(struct pg *pg, const char *sql, const char *const *values, size_t count, struct pg_rows **ret_rows, struct err *err)
{
	char **slot = slot_of(pg, sql);
	char name[24];
	PGresult *result;

	if (slot == NULL)
		return pg_run_once(pg, sql, values, count, ret_rows, err);
	snprintf(name, sizeof(name), "s%zu", (size_t)(slot - pg->statements));
	if (*slot == NULL) {
		result = PQprepare(pg->connection, name, sql, (int)count, NULL);
		if (!is_good(result)) {
			fail(pg, result, sql, err);
			PQclear(result);
			return -1;
		}
		PQclear(result);
		*slot = duplicate(sql);
		pg->prepared++;
	}
	return keep(pg, PQexecPrepared(pg->connection, name, (int)count, values, NULL, NULL, 0), sql, ret_rows, err);
}

int
pg_run_once(struct pg *pg, const char *sql, const char *const *values, size_t count, struct pg_rows **ret_rows, struct err *err)
{
	return keep(pg, PQexecParams(pg->connection, sql, (int)count, NULL, values, NULL, NULL, 0), sql, ret_rows, err);
}

int
pg_script(struct pg *pg, const char *sql, struct err *err)
{
	return keep(pg, PQexec(pg->connection, sql), sql, NULL, err);
}

int
pg_ask(struct pg *pg, const char *sql, struct pg_rows **ret_rows, struct err *err)
{
	return keep(pg, PQexec(pg->connection, sql), sql, ret_rows, err);
}

int
pg_copy(struct pg *pg, const char *statement, const char *text, size_t len, struct err *err)
{
	PGresult *result = PQexec(pg->connection, statement);

	if (PQresultStatus(result) != PGRES_COPY_IN) {
		fail(pg, result, statement, err);
		PQclear(result);
		return -1;
	}
	PQclear(result);
	while (len > 0) {
		size_t part = len < 1 << 20 ? len : 1 << 20;

		if (PQputCopyData(pg->connection, text, (int)part) != 1)
			return fail(pg, NULL, statement, err);
		text += part;
		len -= part;
	}
	if (PQputCopyEnd(pg->connection, NULL) != 1)
		return fail(pg, NULL, statement, err);
	result = PQgetResult(pg->connection);
	if (keep(pg, result, statement, NULL, err) != 0) {
		PQclear(PQgetResult(pg->connection));
		return -1;
	}
	PQclear(PQgetResult(pg->connection));
	return 0;
}

const char *
pg_state(const struct pg *pg)
{
	return pg->state;
}

size_t
pg_count(const struct pg_rows *rows)
{
	return (size_t)PQntuples(rows->result);
}

size_t
pg_columns(const struct pg_rows *rows)
{
	return (size_t)PQnfields(rows->result);
}

const char *
pg_column(const struct pg_rows *rows, size_t column)
{
	return PQfname(rows->result, (int)column);
}

int64_t
pg_touched(const struct pg_rows *rows)
{
	return (int64_t)strtoll(PQcmdTuples(rows->result), NULL, 10);
}

const char *
pg_text(const struct pg_rows *rows, size_t row, size_t column)
{
	if (PQgetisnull(rows->result, (int)row, (int)column))
		return NULL;
	return PQgetvalue(rows->result, (int)row, (int)column);
}

int64_t
pg_int(const struct pg_rows *rows, size_t row, size_t column)
{
	const char *text = pg_text(rows, row, column);

	return text == NULL ? 0 : (int64_t)strtoll(text, NULL, 10);
}

bool
pg_bool(const struct pg_rows *rows, size_t row, size_t column)
{
	const char *text = pg_text(rows, row, column);

	return text != NULL && text[0] == 't';
}

void
pg_free(struct pg_rows *rows)
{
	if (rows == NULL)
		return;
	PQclear(rows->result);
	free(rows);
}

char *
pg_int_array(struct arena *arena, const int64_t *items, size_t count)
{
	char *text = arena_alloc(arena, count * 21 + 3), *p = text;
	size_t i;

	*p++ = '{';
	for (i = 0; i < count; i++) {
		char digits[21];
		uint64_t value = items[i] < 0 ? (uint64_t)0 - (uint64_t)items[i] : (uint64_t)items[i];
		size_t n = 0;

		if (i > 0)
			*p++ = ',';
		if (items[i] < 0)
			*p++ = '-';
		do
			digits[n++] = (char)('0' + value % 10);
		while ((value /= 10) != 0);
		while (n > 0)
			*p++ = digits[--n];
	}
	*p++ = '}';
	*p = '\0';
	return text;
}

char *
pg_text_array(struct arena *arena, const char *const *items, size_t count)
{
	size_t size = 3, i;
	char *text, *p;
	const char *s;

	for (i = 0; i < count; i++)
		size += items[i] == NULL ? 5 : strlen(items[i]) * 2 + 3;
	text = p = arena_alloc(arena, size);
	*p++ = '{';
	for (i = 0; i < count; i++) {
		if (i > 0)
			*p++ = ',';
		if (items[i] == NULL) {
			memcpy(p, "NULL", 4);
			p += 4;
			continue;
		}
		*p++ = '"';
		for (s = items[i]; *s != '\0'; s++) {
			if (*s == '"' || *s == '\\')
				*p++ = '\\';
			*p++ = *s;
		}
		*p++ = '"';
	}
	*p++ = '}';
	*p = '\0';
	return text;
}

char *
pg_number(struct arena *arena, int64_t value)
{
	return arena_printf(arena, "%" PRId64, value);
}
