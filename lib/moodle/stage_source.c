/* Level 1: four COPYs of one snapshot of Moodle's own database, streamed into ours. */
#include "stage.h"

#include <string.h>

#include "sql.h"

#define MOST_FIELDS 16

/* Split a line of COPY's text format in place; a field that is \N becomes NULL. Returns the number of fields, 0 if there are too many. */
static size_t
split_line(char *line, char **fields)
{
	size_t count = 1;
	char *in = line, *out = line;

	fields[0] = out;
	for (; *in != '\0'; in++) {
		if (*in == '\t') {
			*out++ = '\0';
			if (count == MOST_FIELDS)
				return 0;
			fields[count++] = out;
			continue;
		}
		if (*in == '\\') {
			in++;
			switch (*in) {
			case 'b': *out++ = '\b'; break;
			case 'f': *out++ = '\f'; break;
			case 'n': *out++ = '\n'; break;
			case 'r': *out++ = '\r'; break;
			case 't': *out++ = '\t'; break;
			case 'v': *out++ = '\v'; break;
			case 'N': fields[count - 1] = NULL; break;
			default: *out++ = *in;
			}
			continue;
		}
		*out++ = *in;
	}
	*out = '\0';
	return count;
}

struct source {
	struct stage_sink *sink;
	size_t fields;
	size_t email; /* index of the field after whose value its key is inserted; 0: none */
};

static int
source_line(const char *line, size_t len, void *context, struct err *err)
{
	struct source *source = context;
	char *fields[MOST_FIELDS];
	size_t i;

	arena_reset(&source->sink->row);
	if (split_line(arena_strndup(&source->sink->row, line, len), fields) != source->fields)
		return err_set(err, ERR_BUG, "a row of Moodle's database does not have %zu columns", source->fields);
	for (i = 0; i < source->fields; i++) {
		copy_text(source->sink->copy, fields[i]);
		if (source->email != 0 && i == source->email)
			copy_text(source->sink->copy, stage_email_key(&source->sink->row, fields[i] == NULL ? "" : fields[i]));
	}
	return copy_row(source->sink->copy, err);
}

struct source_set {
	const char *statement;
	size_t fields;
	size_t email;
	const char *what;
};

static int
fill_source(struct stage *stage, struct stage_sink *sink, void *context, struct err *err)
{
	const struct source_set *set = context;
	struct source source = { sink, set->fields, set->email };

	if (copy_out(reader_db(stage->reader), set->statement, source_line, &source, err) != 0)
		return err_wrap(err, "could not read the %s of site \"%s\"", set->what, stage->name);
	return 0;
}

int
stage_source_copy(struct stage *stage, const char *copy, const char *statement, size_t fields, const char *what, struct err *err)
{
	struct source_set set = { statement, fields, 0, what };

	return stage_copy(stage, copy, fill_source, &set, err);
}

int
stage_source(struct arena *arena, struct stage *stage, struct err *err)
{
	static const struct {
		const char *copy;
		struct source_set set;
	} sets[] = {
		{ "COPY read_course (course_id, shortname, idnumber, fullname, visible, completion, manual, welcome) FROM STDIN",
		    { sql_moodle_source_courses, 8, 0, "courses" } },
		{ "COPY read_user (user_id, username, email, email_key, firstname, lastname, suspended, idnumber, auth, phone1, "
		  "phone2, institution, department, city, "
		  "country, lang) FROM STDIN",
		    { sql_moodle_source_users, 15, 2, "accounts" } },
		{ "COPY read_enrolment FROM STDIN", { sql_moodle_source_enrolments, 9, 0, "enrolments" } },
		{ "COPY read_completion FROM STDIN", { sql_moodle_source_completions, 3, 0, "completions" } },
	};
	struct source_set fields = { sql_moodle_source_fields, 2, 0, "profile fields" };
	struct db *db = reader_db(stage->reader);
	struct db_row *row;
	size_t i;
	int rc = -1;

	if (db_begin(db, err) != 0)
		return err_wrap(err, "could not read the database of site \"%s\"", stage->name);
	if (db_exec(db, sql_moodle_source_snapshot, DB_NONE, NULL, err) != 0 ||
	    db_row(arena, db, sql_moodle_source_now,
		DB_ARGS(stage_number(arena, stage->now_utc), db_array(arena, stage->fields.items, stage->fields.count)), &row,
		err) != 0 ||
	    db_maybe(arena, db, sql_moodle_source_role, DB_ARGS(moodle_config(stage->moodle)->role), &row, err) != 0) {
		(void)err_wrap(err, "could not read the database of site \"%s\"", stage->name);
		goto out;
	}
	if (row != NULL)
		stage->role_id = db_int(row, "id");
	for (i = 0; i < stage->role_count; i++) {
		if (db_maybe(arena, db, sql_moodle_source_role, DB_ARGS(stage->role_names[i]), &row, err) != 0) {
			(void)err_wrap(err, "could not read the database of site \"%s\"", stage->name);
			goto out;
		}
		if (row != NULL)
			stage->role_ids[i] = db_int(row, "id");
	}
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct source_set set = sets[i].set;

		if (stage_copy(stage, sets[i].copy, fill_source, &set, err) != 0)
			goto out;
	}
	/* Its tables are read only where the settings name a field: the account may have no right to them. */
	if (stage->fields.count > 0 && stage_copy(stage, "COPY read_field FROM STDIN", fill_source, &fields, err) != 0)
		goto out;
	if (stage->fields.count > 0 && db_exec(stage->db, sql_moodle_fields_read, DB_NONE, NULL, err) != 0)
		goto out;
	rc = 0;
out:
	db_rollback(db);
	return rc;
}
