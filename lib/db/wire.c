/* What a failed statement becomes: a code to branch on and one line to show.
 *
 * The line is the server's message and DETAIL without the values of rows (they may be personal data, and errors are logged), the place
 * in a COPY, the line of the statement. */
#include "wire.h"

#include <string.h>

#include "base/text.h"

/* What SQLSTATE (a class or a whole state, the longer first) means to us. */
static const struct {
	const char *state;
	enum err_code code;
} states[] = {
	{ "CT065", ERR_DATA },
	{ "CT075", ERR_BUSY },
	{ "CT077", ERR_REFUSED },
	{ "CT078", ERR_CONFIG },
	{ "55P03", ERR_BUSY },
	{ "40P01", ERR_BUSY },
	{ "40001", ERR_BUSY }, /* lock time-out, deadlock, serialization */
	{ "57014", ERR_SERVICE },
	{ "57P", ERR_SERVICE },
	{ "08", ERR_SERVICE }, /* time-out, shutdown, connection */
	{ "53100", ERR_IO },
	{ "58", ERR_IO },
	{ "XX001", ERR_IO },
	{ "XX002", ERR_IO },   /* disk full, file, corruption */
	{ "53", ERR_SERVICE }, /* too many connections, out of memory */
	{ "28", ERR_CONFIG },
	{ "3D", ERR_CONFIG }, /* who we are, which database */
	{ "42501", ERR_REFUSED },
	{ "22", ERR_DATA },
	{ "23", ERR_DATA },
	{ "P0001", ERR_DATA },
};

enum err_code
wire_code(const char *state)
{
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (text_starts(state, states[i].state))
			return states[i].code;
	return ERR_BUG;
}

/* The line of ${sql} that holds character ${position} (from 1). */
static unsigned
line_at(const char *sql, int64_t position)
{
	unsigned line = 1;
	uint32_t c;

	for (; position > 1 && *sql != '\0'; position--) {
		sql = text_next(sql, &c);
		if (c == '\n')
			line++;
	}
	return line;
}

/* Add the DETAIL without the values of rows: "Key (tenant_id, email)=(7, ann@…) already exists." names a person; so does "Failing row
 * contains (…)", in whatever language the server speaks. */
static void
add_detail(struct buf *text, const char *detail, const char *state)
{
	const char *equals = strstr(detail, ")=("), *after = NULL, *p;
	bool of_key = strcmp(state, "23505") == 0 || strcmp(state, "23503") == 0; /* unique, foreign key */

	if ((text_starts(state, "22") || text_starts(state, "23")) && (!of_key || equals == NULL))
		return;
	if (equals == NULL) {
		buf_printf(text, " (%s)", detail);
		return;
	}
	for (p = strstr(equals, ") "); p != NULL; p = strstr(p + 1, ") "))
		after = p; /* a value may hold ") " itself: the last one counts */
	buf_printf(text, " (%.*s%s)", (int)(equals + 1 - detail), detail, after == NULL ? "" : after + 1);
}

/* Add the message. That of a data exception (class 22; but 22023 is about settings and roles) quotes the value: "invalid input
 * syntax for type bigint: "ann@…"". */
static void
add_primary(struct buf *text, const char *primary, bool quotes_value)
{
	const char *open, *close;

	while (quotes_value && (open = strchr(primary, '"')) != NULL && (close = strchr(open + 1, '"')) != NULL) {
		/* A value may hold quotes itself: then leave out all between the first and the last. */
		if (strchr(close + 1, '"') != NULL)
			close = strrchr(close + 1, '"');
		buf_printf(text, "%.*s\"…\"", (int)(open - primary), primary);
		primary = close + 1;
	}
	buf_text(text, primary);
}

/* Of a COPY, the place: "COPY t, line 3, column c: "value"" without the value. */
static void
add_copy_place(struct buf *text, const char *context)
{
	size_t len = strcspn(context, ":\n");

	if (text_starts(context, "COPY "))
		buf_printf(text, " (%.*s)", (int)len, context);
}

int
wire_lost(struct db *db, struct err *err)
{
	const char *reason = PQerrorMessage(db->conn);

	return err_set(err, ERR_SERVICE, "lost the connection to the database: %s", *reason != '\0' ? reason : "no reason given");
}

int
wire_failure(struct db *db, const PGresult *result, struct err *err)
{
	const char *state = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *primary, *field;
	struct buf text;
	int64_t position;
	struct err ignored = ERR_INIT;

	if (state == NULL && PQstatus(db->conn) == CONNECTION_BAD)
		return wire_lost(db, err);
	if (state == NULL)
		return err_set(err, ERR_BUG, "the database gave an unexpected answer: %s",
		    result == NULL ? PQerrorMessage(db->conn) : PQresStatus(PQresultStatus(result)));
	buf_init(&text, 2048);
	primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	add_primary(&text, primary != NULL ? primary : state, text_starts(state, "22") && strcmp(state, "22023") != 0);
	field = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
	if (field != NULL)
		add_detail(&text, field, state);
	field = PQresultErrorField(result, PG_DIAG_CONTEXT);
	if (field != NULL)
		add_copy_place(&text, field);
	field = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
	if (field != NULL && db->sql != NULL && strchr(db->sql, '\n') != NULL && text_int64(field, &position, &ignored) == 0)
		buf_printf(&text, " (line %u of the statement)", line_at(db->sql, position));
	err_set(err, wire_code(state), "%s", text.data);
	buf_done(&text);
	field = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
	if (field != NULL)
		err_hint(err, "%s", field);
	return -1;
}

int
wire_drain(struct db *db, struct err *err)
{
	PGresult *result;
	ExecStatusType status;
	int rc = 0;

	while ((result = PQgetResult(db->conn)) != NULL) {
		status = PQresultStatus(result);
		if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
			if (rc == 0 && err->code == ERR_NONE)
				(void)wire_failure(db, result, err);
			rc = -1;
		}
		PQclear(result);
		/* A COPY cannot be drained this way: PQgetResult() would give the same answer for ever. */
		if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH)
			break;
	}
	if (rc == 0 && err->code == ERR_NONE && PQstatus(db->conn) == CONNECTION_BAD)
		return wire_lost(db, err);
	return rc;
}
