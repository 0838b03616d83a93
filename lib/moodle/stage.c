/* Reading a site into temporary tables. Level 1 streams four COPYs of one snapshot of Moodle's database. Levels 2 and 3 list courses
 * and participants by web service; what two functions say about the same thing is compared, since each of them may be cut short,
 * filtered or blind without a word. */
#include "stage.h"

#include <inttypes.h>
#include <string.h>

#include "adapter/email.h"
#include "base/clock.h"
#include "db/copy.h"
#include "moodle/account.h"
#include "moodle/completion.h"
#include "moodle/course.h"
#include "moodle/listing.h"
#include "moodle/report.h"
#include "sql.h"

/* COPY statements of the temporary tables. */
#define COPY_COURSE "COPY read_course FROM STDIN"
#define COPY_USER "COPY read_user FROM STDIN"
#define COPY_ACCOUNT "COPY read_account FROM STDIN"
#define COPY_ENROLMENT "COPY read_enrolment FROM STDIN"
#define COPY_COMPLETION "COPY read_completion FROM STDIN"
#define COPY_LISTING "COPY read_listing FROM STDIN"
#define COPY_ACTIVE "COPY read_active FROM STDIN"
#define COPY_REPORT "COPY read_report FROM STDIN"
#define COPY_LOOKUP "COPY read_lookup FROM STDIN"

#define MOST_FIELDS 16

/* A COPY under way, with memory for one row. */
struct sink {
	struct copy *copy;
	struct arena row;
};

static const char *
number(struct arena *arena, int64_t value)
{
	return arena_printf(arena, "%" PRId64, value);
}

static void
put_bool(struct copy *copy, bool value)
{
	copy_text(copy, value ? "t" : "f");
}

/* The key to compare e-mails by; '' for what is no address, which matches nobody. */
static const char *
email_key(struct arena *arena, const char *email)
{
	struct err ignored = ERR_INIT;
	char *key;

	return email_normalise(arena, email, &key, &ignored) == 0 ? key : "";
}

/* Run ${fill} between COPY … FROM STDIN and its end. */
static int
with_sink(struct stage *stage, const char *statement, int (*fill)(struct stage *, struct sink *, void *, struct err *),
    void *context, struct err *err)
{
	struct sink sink = { NULL, ARENA_INIT };
	int rc = -1;

	if (copy_open(stage->db, statement, &sink.copy, err) != 0)
		return -1;
	if (fill(stage, &sink, context, err) != 0)
		copy_abort(sink.copy);
	else
		rc = copy_finish(sink.copy, NULL, err);
	arena_done(&sink.row);
	return rc;
}

/* Level 1. */

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
	struct sink *sink;
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
			copy_text(source->sink->copy, email_key(&source->sink->row, fields[i] == NULL ? "" : fields[i]));
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
fill_source(struct stage *stage, struct sink *sink, void *context, struct err *err)
{
	const struct source_set *set = context;
	struct source source = { sink, set->fields, set->email };

	if (copy_out(reader_db(stage->reader), set->statement, source_line, &source, err) != 0)
		return err_wrap(err, "could not read the %s of site \"%s\"", set->what, stage->name);
	return 0;
}

static int
read_level1(struct arena *arena, struct stage *stage, struct err *err)
{
	static const struct {
		const char *copy;
		struct source_set set;
	} sets[] = {
		{ "COPY read_course (course_id, shortname, idnumber, fullname, visible, completion, manual) FROM STDIN",
		    { sql_moodle_source_courses, 7, 0, "courses" } },
		{ COPY_USER, { sql_moodle_source_users, 6, 2, "accounts" } },
		{ COPY_ENROLMENT, { sql_moodle_source_enrolments, 9, 0, "enrolments" } },
		{ COPY_COMPLETION, { sql_moodle_source_completions, 3, 0, "completions" } },
	};
	struct db *db = reader_db(stage->reader);
	struct db_row *row;
	size_t i;
	int rc = -1;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_exec(db, sql_moodle_source_snapshot, DB_NONE, NULL, err) != 0 ||
	    db_row(arena, db, sql_moodle_source_now, DB_ARGS(number(arena, stage->now_utc)), &row, err) != 0 ||
	    db_maybe(arena, db, sql_moodle_source_role, DB_ARGS(moodle_config(stage->moodle)->role), &row, err) != 0)
		goto out;
	if (row != NULL)
		stage->role_id = db_int(row, "id");
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct source_set set = sets[i].set;

		if (with_sink(stage, sets[i].copy, fill_source, &set, err) != 0)
			goto out;
	}
	rc = 0;
out:
	db_rollback(db);
	return rc;
}

/* Levels 2 and 3: courses. */

struct course_set {
	struct course *courses;
	size_t count;
};

static int
fill_courses(struct stage *stage, struct sink *sink, void *context, struct err *err)
{
	const struct course_set *set = context;
	size_t i;

	(void)stage;
	for (i = 0; i < set->count; i++) {
		const struct course *course = &set->courses[i];

		copy_int(sink->copy, course->id);
		copy_text(sink->copy, course->shortname);
		copy_text(sink->copy, course->idnumber);
		copy_text(sink->copy, course->fullname);
		put_bool(sink->copy, course->visible);
		put_bool(sink->copy, course->completion);
		put_bool(sink->copy, course->manual);
		copy_text(sink->copy, course->shown);
		if (copy_row(sink->copy, err) != 0)
			return -1;
	}
	return 0;
}

/* The ids that a query gives. */
static int
query_ids(struct arena *arena, struct db *db, const char *sql, const struct db_args *args, const char *column, int64_t **ret_ids,
    size_t *ret_count, struct err *err)
{
	struct db_row *rows;
	int64_t *ids;
	size_t count, i;

	if (db_rows(arena, db, sql, args, &rows, &count, err) != 0)
		return -1;
	ids = ARENA_ARRAY(arena, count, int64_t);
	for (i = 0; i < count; i++)
		ids[i] = db_int(&rows[i], column);
	*ret_ids = ids;
	*ret_count = count;
	return 0;
}

/* The courses that the site's product rules name, as an array. Those of rules that are gone are targets in the database. */
static const char *
rule_courses(struct arena *arena, const struct stage *stage)
{
	const struct config_tenant *tenant = stage->tenant;
	const char **references;
	size_t count = 0, i, c;

	for (i = 0; i < tenant->product_count; i++)
		count += tenant->products[i].courses.count;
	references = ARENA_ARRAY(arena, count, const char *);
	for (i = count = 0; i < tenant->product_count; i++) {
		const struct config_product *product = &tenant->products[i];

		if (product->site == NULL || strcmp(product->site, stage->name) != 0)
			continue;
		for (c = 0; c < product->courses.count; c++)
			references[count++] = course_reference(arena, product->courses.items[c]);
	}
	return db_array(arena, references, count);
}

/* ID numbers may be hidden from us, but the course that has one can be asked for. */
static int
find_idnumbers(struct arena *arena, struct stage *stage, const struct course_set *set, struct err *err)
{
	struct db_row *rows;
	size_t count, i;
	bool hidden = false;

	for (i = 0; i < set->count; i++)
		hidden = hidden || set->courses[i].idnumber_hidden;
	if (!hidden)
		return 0;
	if (db_rows(arena, stage->db, sql_moodle_wanted_idnumbers,
		DB_ARGS(number(arena, stage->site_id), rule_courses(arena, stage)), &rows, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		const char *idnumber = db_value(&rows[i], "idnumber");
		int64_t id;

		if (course_find_idnumber(arena, stage->moodle, idnumber, &id, err) != 0)
			return -1;
		if (id != 0 && db_exec(stage->db, sql_moodle_set_idnumber, DB_ARGS(number(arena, id), idnumber), NULL, err) != 0)
			return -1;
	}
	return 0;
}

static int
read_courses(struct arena *arena, struct stage *stage, struct err *err)
{
	struct course_set set;
	int64_t *known;
	size_t known_count;

	if (query_ids(arena, stage->db, sql_moodle_known_courses, DB_ARGS(number(arena, stage->site_id)), "course_id", &known,
		&known_count, err) != 0)
		return -1;
	if (course_list(arena, stage->moodle, known, known_count, &set.courses, &set.count, err) != 0)
		return -1;
	if (with_sink(stage, COPY_COURSE, fill_courses, &set, err) != 0)
		return -1;
	return find_idnumbers(arena, stage, &set, err);
}

/* Levels 2 and 3: participants. */

static int
put_participant(int64_t course_id, const struct listing_user *user, void *context, struct err *err)
{
	struct sink *sink = context;

	copy_int(sink->copy, course_id);
	copy_int(sink->copy, user->id);
	if (user->username != NULL) {
		arena_reset(&sink->row);
		copy_text(sink->copy, user->username);
		copy_text(sink->copy, user->email);
		copy_text(sink->copy, email_key(&sink->row, user->email));
		copy_text(sink->copy, user->firstname);
		copy_text(sink->copy, user->lastname);
		copy_text(sink->copy, user->roles);
	}
	return copy_row(sink->copy, err);
}

static int
fill_listing(struct stage *stage, struct sink *sink, void *context, struct err *err)
{
	struct listing *listing = context;

	if (listing_each(stage->moodle, listing, put_participant, sink, err) != 0)
		return -1;
	if (listing->role_id != 0)
		stage->role_id = listing->role_id;
	return 0;
}

/* List these courses: everybody with details, or the active ones by id. */
static int
list_courses(struct stage *stage, const int64_t *courses, size_t count, bool only_active, struct err *err)
{
	struct listing listing = { .courses = courses,
		.count = count,
		.only_active = only_active,
		.details = !only_active,
		.role = only_active ? NULL : moodle_config(stage->moodle)->role };

	return with_sink(stage, only_active ? COPY_ACTIVE : COPY_LISTING, fill_listing, &listing, err);
}

static int
list_again(struct arena *arena, struct stage *stage, const int64_t *courses, size_t count, struct err *err)
{
	const char **ids = ARENA_ARRAY(arena, count, const char *);
	size_t i;

	for (i = 0; i < count; i++)
		ids[i] = number(arena, courses[i]);
	if (db_exec(stage->db, sql_moodle_relist_begin, DB_ARGS(db_array(arena, ids, count)), NULL, err) != 0)
		return -1;
	return list_courses(stage, courses, count, /* only_active= */ false, err);
}

/* A course in which the mirror has participants comes back empty: ask again before believing it. */
static int
confirm_empty(struct arena *arena, struct stage *stage, struct err *err)
{
	int64_t *courses;
	size_t count;

	if (query_ids(arena, stage->db, sql_moodle_emptied, DB_ARGS(number(arena, stage->site_id)), "course_id", &courses, &count,
		err) != 0)
		return -1;
	return count == 0 ? 0 : list_again(arena, stage, courses, count, err);
}

/* Levels 2 and 3: accounts. */

static int
put_account(const struct account *account, void *context, struct err *err)
{
	struct sink *sink = context;

	arena_reset(&sink->row);
	copy_int(sink->copy, account->id);
	copy_text(sink->copy, account->username);
	copy_text(sink->copy, account->email);
	copy_text(sink->copy, email_key(&sink->row, account->email));
	copy_text(sink->copy, account->firstname);
	copy_text(sink->copy, account->lastname);
	put_bool(sink->copy, account->suspended);
	put_bool(sink->copy, account->deleted);
	return copy_row(sink->copy, err);
}

struct id_set {
	int64_t *ids;
	size_t count;
};

static int
fill_accounts(struct stage *stage, struct sink *sink, void *context, struct err *err)
{
	const struct id_set *set = context;

	return account_read(stage->moodle, set->ids, set->count, put_account, sink, err);
}

/* Read accounts that are in the mirror but in no listing, so that a renamed or deleted one is noticed; with ${all} the listed ones
 * too, which is how one learns whether an account is suspended. */
static int
read_accounts(struct arena *arena, struct stage *stage, bool all, struct err *err)
{
	const char *site_id = number(arena, stage->site_id);
	struct id_set set;
	struct db_row *row;

	if (query_ids(arena, stage->db, sql_moodle_accounts_wanted, DB_ARGS(site_id, all ? "t" : "f"), "user_id", &set.ids,
		&set.count, err) != 0)
		return -1;
	if (with_sink(stage, COPY_ACCOUNT, fill_accounts, &set, err) != 0)
		return -1;
	if (db_script(stage->db, sql_moodle_stage_analyze_read, err) != 0)
		return -1;
	if (all) {
		if (db_row(arena, stage->db, sql_moodle_accounts_missing, DB_NONE, &row, err) != 0)
			return -1;
		if (db_int(row, "missing") > 0)
			return err_set(err, ERR_INCOMPLETE,
			    "site \"%s\" lists %s participants whose accounts it does not show, user %s among them", stage->name,
			    db_value(row, "missing"), db_value(row, "user_id"));
	} else if (db_exec(stage->db, sql_moodle_users_listed, DB_NONE, NULL, err) != 0) {
		return -1;
	}
	return db_exec(stage->db, sql_moodle_users_read, DB_ARGS(site_id), NULL, err);
}

/* Look-ups of e-mails that no known account carries. */
struct lookup_set {
	const char **emails;
	struct account_match *matches;
	size_t count;
};

static int
fill_lookups(struct stage *stage, struct sink *sink, void *context, struct err *err)
{
	const struct lookup_set *set = context;
	size_t i;

	(void)stage;
	for (i = 0; i < set->count; i++) {
		copy_text(sink->copy, set->emails[i]);
		copy_int(sink->copy, (int64_t)set->matches[i].count);
		if (copy_row(sink->copy, err) != 0)
			return -1;
	}
	return 0;
}

static int
fill_found(struct stage *stage, struct sink *sink, void *context, struct err *err)
{
	const struct lookup_set *set = context;
	size_t i, k;

	(void)stage;
	for (i = 0; i < set->count; i++)
		for (k = 0; k < set->matches[i].count; k++) {
			const struct account *account = &set->matches[i].accounts[k];

			arena_reset(&sink->row);
			copy_int(sink->copy, account->id);
			copy_text(sink->copy, account->username);
			copy_text(sink->copy, account->email);
			copy_text(sink->copy, email_key(&sink->row, account->email));
			copy_text(sink->copy, account->firstname);
			copy_text(sink->copy, account->lastname);
			put_bool(sink->copy, account->suspended);
			if (copy_row(sink->copy, err) != 0)
				return -1;
		}
	return 0;
}

static int
look_up(struct arena *arena, struct stage *stage, struct err *err)
{
	struct lookup_set set = { NULL, NULL, 0 };
	struct db_row *rows;
	size_t i;

	if (db_rows(arena, stage->db, sql_moodle_lookups_wanted, DB_ARGS(number(arena, stage->site_id)), &rows, &set.count, err) !=
	    0)
		return -1;
	if (set.count == 0)
		return 0;
	set.emails = ARENA_ARRAY(arena, set.count, const char *);
	for (i = 0; i < set.count; i++)
		set.emails[i] = db_value(&rows[i], "email");
	if (account_find(arena, stage->moodle, set.emails, set.count, &set.matches, err) != 0)
		return -1;
	stage->lookups = (int64_t)set.count;
	if (with_sink(stage, COPY_LOOKUP, fill_lookups, &set, err) != 0)
		return -1;
	return with_sink(stage, COPY_USER, fill_found, &set, err);
}

/* Level 2. */

struct report_sink {
	struct sink *sink;
	bool account_suspended; /* the report tells it */
};

static int
put_report_row(const struct report_row *row, void *context, struct err *err)
{
	struct report_sink *to = context;
	struct copy *copy = to->sink->copy;

	copy_text(copy, row->course);
	copy_text(copy, row->username);
	copy_text(copy, row->method);
	put_bool(copy, row->active);
	copy_int(copy, row->suspended ? 1 : 0);
	copy_int(copy, row->started);
	copy_int(copy, row->ended);
	copy_int(copy, row->created);
	if (row->account_suspended < 0) {
		copy_null(copy);
	} else {
		to->account_suspended = true;
		put_bool(copy, row->account_suspended == 1);
	}
	copy_int(copy, row->completed);
	return copy_row(copy, err);
}

static int
fill_report(struct stage *stage, struct sink *sink, void *context, struct err *err)
{
	struct report_sink to = { sink, false };

	if (report_each(stage->moodle, moodle_config(stage->moodle)->report, REPORT_PAGE_ROWS, put_report_row, &to, err) != 0)
		return -1;
	*(bool *)context = to.account_suspended;
	return 0;
}

static int
read_report(struct stage *stage, bool *ret_account_suspended, struct err *err)
{
	if (db_exec(stage->db, sql_moodle_report_begin, DB_NONE, NULL, err) != 0)
		return -1;
	if (with_sink(stage, COPY_REPORT, fill_report, ret_account_suspended, err) != 0)
		return err_wrap(err, "could not read site \"%s\" by its report", stage->name);
	return db_script(stage->db, sql_moodle_stage_analyze_read, err);
}

/* Where listing and report disagree. */
struct difference {
	int64_t *courses;
	size_t count;
	int64_t unreported; /* first course with somebody who is listed only; 0: none */
	int64_t lost;       /* first course with somebody who is reported only and whom the mirror knows; 0: none */
};

static int
compare(struct arena *arena, struct stage *stage, struct difference *difference, struct err *err)
{
	struct db_row *rows;
	size_t i;

	memset(difference, 0, sizeof(*difference));
	if (db_rows(
		arena, stage->db, sql_moodle_mismatch, DB_ARGS(number(arena, stage->site_id)), &rows, &difference->count, err) != 0)
		return -1;
	difference->courses = ARENA_ARRAY(arena, difference->count, int64_t);
	for (i = 0; i < difference->count; i++) {
		difference->courses[i] = db_int(&rows[i], "course_id");
		if (difference->unreported == 0 && db_int(&rows[i], "unreported") > 0)
			difference->unreported = difference->courses[i];
		if (difference->lost == 0 && db_int(&rows[i], "lost") > 0)
			difference->lost = difference->courses[i];
	}
	return 0;
}

static int
check_report(struct arena *arena, struct stage *stage, struct err *err)
{
	struct db_row *row;

	if (db_maybe(arena, stage->db, sql_moodle_shown_twice, DB_NONE, &row, err) != 0)
		return -1;
	if (row != NULL)
		return err_set(err, ERR_CONFIG,
		    "courses %s and %s of site \"%s\" both show in reports as \"%s\", which cannot tell them apart",
		    db_value(row, "one"), db_value(row, "other"), stage->name, db_value(row, "shown"));
	if (db_maybe(arena, stage->db, sql_moodle_manual_unseen, DB_NONE, &row, err) != 0)
		return -1;
	if (row != NULL) {
		(void)err_set(err, ERR_INCOMPLETE,
		    "report %" PRId64 " of site \"%s\" shows no \"Manual enrolments\" of course \"%s\", which has that method",
		    moodle_config(stage->moodle)->report, stage->name, db_value(row, "shortname"));
		return err_hint(
		    err, "Check that the report has no filter, and that the English name of the method is not customised.");
	}
	return 0;
}

/* Listing and report are two answers to the same question at two moments. People come and go in between, so courses in which they
 * differ are listed again and, if somebody is still listed only, the report is read again. What differs then is a fault. */
static int
settle_report(struct arena *arena, struct stage *stage, bool *account_suspended, struct err *err)
{
	struct difference difference;

	if (compare(arena, stage, &difference, err) != 0)
		return -1;
	if (difference.count == 0)
		return 0;
	if (list_again(arena, stage, difference.courses, difference.count, err) != 0 ||
	    compare(arena, stage, &difference, err) != 0)
		return -1;
	if (difference.unreported == 0 && difference.lost == 0)
		return 0;
	if (read_report(stage, account_suspended, err) != 0 || compare(arena, stage, &difference, err) != 0)
		return -1;
	if (difference.unreported != 0) {
		(void)err_set(err, ERR_INCOMPLETE, "report %" PRId64 " of site \"%s\" lacks participants of course %" PRId64,
		    moodle_config(stage->moodle)->report, stage->name, difference.unreported);
		return err_hint(err,
		    "Check that the report has no condition, and that the account of the token has no filter stored for it "
		    "(open the report as that account and reset its filters).");
	}
	if (difference.lost != 0)
		return err_set(err, ERR_INCOMPLETE,
		    "list of participants of course %" PRId64 " of site \"%s\" lacks some whom the report shows", difference.lost,
		    stage->name);
	return 0;
}

static int
read_level2(struct arena *arena, struct stage *stage, struct err *err)
{
	const char *site_id = number(arena, stage->site_id);
	bool account_suspended = false;
	int64_t *courses;
	size_t count;

	if (read_courses(arena, stage, err) != 0)
		return -1;
	if (db_exec(stage->db, sql_moodle_scope_all, DB_NONE, NULL, err) != 0 ||
	    query_ids(arena, stage->db, sql_moodle_scope, DB_NONE, "course_id", &courses, &count, err) != 0)
		return -1;
	if (list_courses(stage, courses, count, /* only_active= */ false, err) != 0 || confirm_empty(arena, stage, err) != 0)
		return -1;
	if (read_report(stage, &account_suspended, err) != 0 || check_report(arena, stage, err) != 0)
		return -1;
	if (settle_report(arena, stage, &account_suspended, err) != 0)
		return -1;
	if (read_accounts(arena, stage, /* all= */ !account_suspended, err) != 0)
		return -1;
	if (db_exec(stage->db, sql_moodle_enrolments_level2, DB_ARGS(site_id), NULL, err) != 0)
		return -1;
	return db_exec(stage->db, sql_moodle_completions_level2, DB_ARGS(site_id), NULL, err);
}

/* Level 3. */

static int
fill_completions(struct stage *stage, struct sink *sink, void *context, struct err *err)
{
	const struct completion *list = ((const struct completion **)context)[0];
	size_t i;

	(void)stage;
	for (i = 0; list[i].course_id != 0; i++) {
		if (list[i].state != COMPLETION_YES)
			continue;
		arena_reset(&sink->row);
		copy_int(sink->copy, list[i].course_id);
		copy_int(sink->copy, list[i].user_id);
		copy_text(sink->copy, clock_iso(&sink->row, list[i].completed_at));
		if (copy_row(sink->copy, err) != 0)
			return -1;
	}
	return 0;
}

static int
read_completions(struct arena *arena, struct stage *stage, struct err *err)
{
	const char *site_id = number(arena, stage->site_id);
	struct completion *list;
	struct db_row *rows;
	size_t count, i;

	if (db_rows(arena, stage->db, sql_moodle_completions_wanted, DB_ARGS(site_id), &rows, &count, err) != 0)
		return -1;
	list = ARENA_ARRAY(arena, count + 1, struct completion);
	for (i = 0; i < count; i++) {
		list[i].course_id = db_int(&rows[i], "course_id");
		list[i].user_id = db_int(&rows[i], "user_id");
	}
	if (completion_read(arena, stage->moodle, list, count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		if (list[i].state == COMPLETION_UNKNOWN)
			return err_set(err, ERR_INCOMPLETE,
			    "could not read whether user %" PRId64 " completed course %" PRId64 " of site \"%s\": %s",
			    list[i].user_id, list[i].course_id, stage->name, list[i].reason);
	if (with_sink(stage, COPY_COMPLETION, fill_completions, &list, err) != 0)
		return -1;
	return db_exec(stage->db, sql_moodle_completions_level3, DB_ARGS(site_id), NULL, err);
}

static int
read_level3(struct arena *arena, struct stage *stage, struct err *err)
{
	int64_t *courses;
	size_t count;

	if (read_courses(arena, stage, err) != 0)
		return -1;
	if (db_exec(stage->db, sql_moodle_scope_wanted, DB_ARGS(number(arena, stage->site_id), rule_courses(arena, stage)), NULL,
		err) != 0 ||
	    query_ids(arena, stage->db, sql_moodle_scope, DB_NONE, "course_id", &courses, &count, err) != 0)
		return -1;
	if (list_courses(stage, courses, count, /* only_active= */ false, err) != 0 || confirm_empty(arena, stage, err) != 0)
		return -1;
	if (list_courses(stage, courses, count, /* only_active= */ true, err) != 0)
		return -1;
	if (read_accounts(arena, stage, /* all= */ true, err) != 0)
		return -1;
	if (db_exec(stage->db, sql_moodle_enrolments_level3, DB_NONE, NULL, err) != 0)
		return -1;
	return read_completions(arena, stage, err);
}

int
stage_read(struct arena *arena, struct stage *stage, struct err *err)
{
	switch (reader_level(stage->reader)) {
	case 1: return read_level1(arena, stage, err);
	case 2:
		if (read_level2(arena, stage, err) != 0)
			return -1;
		return look_up(arena, stage, err);
	default:
		if (read_level3(arena, stage, err) != 0)
			return -1;
		return look_up(arena, stage, err);
	}
}
