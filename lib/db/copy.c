/* COPY in text format: rows are escaped into a buffer that is sent when it is full enough. */
#include "wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define SEND_BYTES ((size_t)64 * 1024)
#define LARGEST_ROW_BYTES ((size_t)256 * 1024 * 1024)
#define LARGEST_MEMORY_BYTES ((size_t)1024 * 1024 * 1024) /* libpq counts what it is given in an int */

int
copy_open(struct db *db, const char *statement, struct copy **ret_copy, struct err *err)
{
	struct copy *copy = &db->copy;
	PGresult *result;
	int rc = 0;

	BUG_UNLESS(!db->streaming);
	db->sql = statement;
	result = PQexec(db->conn, statement);
	if (PQresultStatus(result) != PGRES_COPY_IN)
		rc = wire_failure(db, result, err);
	PQclear(result);
	db->sql = NULL;
	if (rc != 0)
		return -1;
	db->streaming = true;
	copy->db = db;
	copy->row_open = false;
	buf_init(&copy->out, LARGEST_ROW_BYTES + SEND_BYTES);
	*ret_copy = copy;
	return 0;
}

static void
begin_field(struct copy *copy)
{
	if (copy->taken) {
		buf_reset(&copy->out);
		copy->taken = false;
	}
	if (copy->row_open)
		buf_char(&copy->out, '\t');
	copy->row_open = true;
}

void
copy_text(struct copy *copy, const char *value)
{
	size_t plain;

	if (value == NULL) {
		copy_null(copy);
		return;
	}
	begin_field(copy);
	for (;;) {
		plain = strcspn(value, "\\\t\n\r");
		buf_add(&copy->out, value, plain);
		value += plain;
		if (*value == '\0')
			return;
		buf_char(&copy->out, '\\');
		buf_char(&copy->out, *value == '\t' ? 't' : *value == '\n' ? 'n' : *value == '\r' ? 'r' : '\\');
		value++;
	}
}

void
copy_int(struct copy *copy, int64_t value)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRId64, value);

	begin_field(copy);
	buf_add(&copy->out, digits, (size_t)len);
}

void
copy_null(struct copy *copy)
{
	begin_field(copy);
	buf_add(&copy->out, "\\N", 2);
}

void
copy_bytes(struct copy *copy, const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = bytes;
	char chunk[512];
	size_t used = 0, i;

	begin_field(copy);
	buf_add(&copy->out, "\\\\x", 3);
	for (i = 0; i < len; i++) {
		chunk[used++] = digits[p[i] >> 4];
		chunk[used++] = digits[p[i] & 15];
		if (used == sizeof(chunk)) {
			buf_add(&copy->out, chunk, used);
			used = 0;
		}
	}
	buf_add(&copy->out, chunk, used);
}

struct copy *
copy_memory(struct arena *arena)
{
	struct copy *copy = ARENA_NEW(arena, struct copy);

	buf_init(&copy->out, LARGEST_MEMORY_BYTES);
	return copy;
}

void
copy_memory_take(struct copy *copy, const char **ret_bytes, size_t *ret_len)
{
	BUG_UNLESS(copy->db == NULL && !copy->row_open);
	*ret_bytes = copy->out.data;
	*ret_len = copy->out.len;
	copy->taken = true;
}

void
copy_memory_done(struct copy *copy)
{
	BUG_UNLESS(copy->db == NULL);
	buf_done(&copy->out);
}

static int
flush(struct copy *copy, struct err *err)
{
	if (copy->out.len > 0 && PQputCopyData(copy->db->conn, copy->out.data, (int)copy->out.len) != 1)
		return wire_failure(copy->db, NULL, err);
	buf_reset(&copy->out);
	return 0;
}

int
copy_row(struct copy *copy, struct err *err)
{
	buf_char(&copy->out, '\n');
	copy->row_open = false;
	if (buf_check(&copy->out, "a row for the database", err) != 0)
		return -1;
	return copy->db == NULL || copy->out.len < SEND_BYTES ? 0 : flush(copy, err);
}

int
copy_rows(struct copy *copy, const char *bytes, size_t len, struct err *err)
{
	BUG_UNLESS(copy->db != NULL && !copy->row_open);
	if (flush(copy, err) != 0)
		return -1;
	if (len > 0 && PQputCopyData(copy->db->conn, bytes, (int)len) != 1)
		return wire_failure(copy->db, NULL, err);
	return 0;
}

/* End the statement, with ${reason} as a failure, and free the buffer. */
static int
end(struct copy *copy, const char *reason, int64_t *ret_rows, struct err *err)
{
	struct db *db = copy->db;
	struct err ignored = ERR_INIT;
	PGresult *result;
	int64_t rows = 0;
	int rc = 0;

	buf_done(&copy->out);
	copy->db = NULL;
	if (PQputCopyEnd(db->conn, reason) != 1)
		rc = wire_failure(db, NULL, err);
	result = PQgetResult(db->conn);
	if (rc == 0 && PQresultStatus(result) != PGRES_COMMAND_OK)
		rc = wire_failure(db, result, err);
	else if (rc == 0 && text_int64(PQcmdTuples(result), &rows, &ignored) != 0)
		rc = err_set(err, ERR_BUG, "the database does not say how many rows it took");
	PQclear(result);
	if (wire_drain(db, err) != 0)
		rc = -1;
	db->streaming = false;
	if (rc == 0)
		*ret_rows = rows;
	return rc;
}

int
copy_finish(struct copy *copy, int64_t *ret_rows, struct err *err)
{
	int64_t rows;

	BUG_UNLESS(!copy->row_open);
	if (flush(copy, err) != 0) {
		copy_abort(copy);
		return -1;
	}
	if (end(copy, NULL, &rows, err) != 0)
		return -1;
	if (ret_rows != NULL)
		*ret_rows = rows;
	return 0;
}

void
copy_abort(struct copy *copy)
{
	struct err ignored = ERR_INIT;
	int64_t rows;

	/* It must fail: that is its purpose. */
	if (copy != NULL && copy->db != NULL && end(copy, "given up", &rows, &ignored) == 0)
		return;
}

int
copy_out(
    struct db *db, const char *statement, int (*fn)(const char *, size_t, void *, struct err *), void *context, struct err *err)
{
	PGresult *result;
	char *line;
	int len, rc = 0;

	BUG_UNLESS(!db->streaming);
	db->sql = statement;
	result = PQexec(db->conn, statement);
	if (PQresultStatus(result) != PGRES_COPY_OUT)
		rc = wire_failure(db, result, err);
	PQclear(result);
	db->sql = NULL;
	if (rc != 0)
		return -1;
	db->streaming = true;
	/* After a failure of ${fn} the rest is read and dropped, as in db_each(). */
	while ((len = PQgetCopyData(db->conn, &line, /* async= */ 0)) > 0) {
		if (rc == 0) {
			if (line[len - 1] == '\n')
				line[--len] = '\0';
			rc = fn(line, (size_t)len, context, err);
			BUG_UNLESS(rc == 0 || err->code != ERR_NONE);
		}
		PQfreemem(line);
	}
	if (len == -2 && rc == 0)
		rc = wire_failure(db, NULL, err);
	if (wire_drain(db, err) != 0)
		rc = -1;
	db->streaming = false;
	return rc == 0 ? 0 : -1;
}
