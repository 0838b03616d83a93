/* What is asked for and not sold yet: nobody's right, but the operator on the telephone is asked about it all the same. */
#include "finding/explain.h"

#include "adapter/json.h"
#include "base/buf.h"
#include "base/text.h"
#include "sql.h"
#include "told.h"

/* Rows as JSON, their columns as texts, in a list "expected". */
static int
print_json(struct arena *arena, const char *zone, const struct db_row *rows, size_t count, const char *const *columns, size_t width,
    FILE *file, struct err *err)
{
	int rc;
	struct buf whole;
	char *text;
	size_t i, j;

	buf_init(&whole, SIZE_MAX);
	buf_printf(&whole, "{\"format\":\"ctok-explain-expected 1\",\"zone\":%s,\"expected\":[", json_quote(arena, zone));
	for (i = 0; i < count; i++) {
		for (j = 0; j < width; j++) {
			const char *value = db_value(&rows[i], columns[j]);

			buf_printf(&whole, "%s\"%s\":%s",
			    j > 0   ? ","
			    : i > 0 ? ",{"
				    : "{",
			    columns[j], value == NULL ? "null" : json_quote(arena, value));
		}
		buf_text(&whole, "}");
	}
	buf_text(&whole, "]}");
	rc = json_pretty(arena, "explanation", whole.data, &text, err);
	if (rc == 0)
		(void)fprintf(file, "%s\n", text);
	buf_done(&whole);
	return rc;
}

int
told_expected_person(
    struct arena *arena, struct db *db, const char *zone, const char *who, bool json, FILE *file, bool *ret_found, struct err *err)
{
	static const char *const columns[] = { "at", "name", "email", "text" };
	const char *email = NULL;
	struct db_row *rows;
	size_t count, i;

	if (db_rows(arena, db, sql_finding_explain_expected, DB_ARGS(who, zone), &rows, &count, err) != 0)
		return -1;
	*ret_found = count > 0;
	if (json && count > 0)
		return print_json(arena, zone, rows, count, columns, 4, file, err);
	for (i = 0; i < count; i++) {
		if (email == NULL || !text_equal(email, db_value(&rows[i], "email"))) {
			email = db_value(&rows[i], "email");
			(void)fprintf(file, "%s%s <%s>, who has bought nothing yet\n\n", i > 0 ? "\n" : "",
			    db_value(&rows[i], "name"), email);
		}
		(void)fprintf(file, "  %s  %s\n", db_value(&rows[i], "at"), db_value(&rows[i], "text"));
	}
	return 0;
}

int
told_expected_document(struct arena *arena, struct db *db, const char *zone, const char *number, bool json, FILE *file,
    bool *ret_found, struct err *err)
{
	static const char *const columns[] = { "kind", "number", "source", "at", "name", "email", "until", "text" };
	struct db_row *rows;
	size_t count, i;

	if (db_rows(arena, db, sql_finding_document_expected, DB_ARGS(number, zone), &rows, &count, err) != 0)
		return -1;
	*ret_found = count > 0;
	if (json && count > 0)
		return print_json(arena, zone, rows, count, columns, 8, file, err);
	for (i = 0; i < count; i++) {
		const char *until = db_value(&rows[i], "until");

		if (i == 0 || !text_equal(db_value(&rows[i], "number"), db_value(&rows[i - 1], "number")) ||
		    !text_equal(db_value(&rows[i], "source"), db_value(&rows[i - 1], "source")))
			(void)fprintf(file,
			    "%s%s %s of source \"%s\", not sold yet: it gives no access and is no revenue\nasked for %s by %s "
			    "<%s>%s%s\n",
			    i > 0 ? "\n" : "", db_value(&rows[i], "kind"), db_value(&rows[i], "number"),
			    db_value(&rows[i], "source"), db_value(&rows[i], "at"), db_value(&rows[i], "name"),
			    db_value(&rows[i], "email"), until != NULL ? "; holds until " : "", until != NULL ? until : "");
		(void)fprintf(file, "  %s\n", db_value(&rows[i], "text"));
	}
	return 0;
}
