/* Levels 2 and 3 by web service: courses, participants, accounts, look-ups. */
#include "stage.h"

#include <string.h>

#include "moodle/account.h"
#include "moodle/course.h"
#include "moodle/listing.h"
#include "sql.h"

struct course_set {
	struct course *courses;
	size_t count;
};

static int
fill_courses(struct stage *stage, struct stage_sink *sink, void *context, struct err *err)
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
		stage_put_bool(sink->copy, course->visible);
		stage_put_bool(sink->copy, course->completion);
		stage_put_bool(sink->copy, course->manual);
		copy_text(sink->copy, course->shown);
		if (copy_row(sink->copy, err) != 0)
			return -1;
	}
	return 0;
}

/* Courses of rules that are gone are targets in the database. */
const char *
stage_web_rules(struct arena *arena, const struct stage *stage)
{
	const struct config_tenant *tenant = stage->tenant;
	const char **references, *welcome = moodle_config(stage->moodle)->welcome;
	size_t count = 1, i, c;

	for (i = 0; i < tenant->product_count; i++)
	count += tenant->products[i].courses.count + tenant->products[i].requires.count;
	references = ARENA_ARRAY(arena, count, const char *);
	for (i = count = 0; i < tenant->product_count; i++) {
		const struct config_product *product = &tenant->products[i];

		if (product->site == NULL || strcmp(product->site, stage->name) != 0)
			continue;
		for (c = 0; c < product->courses.count; c++)
			references[count++] = course_reference(arena, product->courses.items[c]);
		for (c = 0; c < product->requires.count; c++)
			references[count++] = course_reference(arena, product->requires.items[c]);
	}
	if (welcome != NULL)
		references[count++] = course_reference(arena, welcome);
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
		DB_ARGS(stage_number(arena, stage->site_id), stage_web_rules(arena, stage)), &rows, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		const char *idnumber = db_value(&rows[i], "idnumber");
		int64_t id;

		if (course_find_idnumber(arena, stage->moodle, idnumber, &id, err) != 0)
			return -1;
		if (id != 0 &&
		    db_exec(stage->db, sql_moodle_set_idnumber, DB_ARGS(stage_number(arena, id), idnumber), NULL, err) != 0)
			return -1;
	}
	return 0;
}

int
stage_web_courses(struct arena *arena, struct stage *stage, struct err *err)
{
	struct course_set set;
	struct stage_ids known;

	if (stage_ids(arena, stage, sql_moodle_known_courses, DB_ARGS(stage_number(arena, stage->site_id)), "course_id", &known,
		err) != 0)
		return -1;
	if (course_list(arena, stage->moodle, known.ids, known.count, &set.courses, &set.count, err) != 0)
		return -1;
	if (stage_copy(stage,
		"COPY read_course (course_id, shortname, idnumber, fullname, visible, completion, manual, shown) FROM STDIN",
		fill_courses, &set, err) != 0)
		return -1;
	return find_idnumbers(arena, stage, &set, err);
}

struct participants {
	struct stage_sink *sink;
	struct listing listing;
};

static int
put_participant(int64_t course_id, const struct listing_user *user, void *context, struct err *err)
{
	struct participants *participants = context;
	struct stage_sink *sink = participants->sink;

	copy_int(sink->copy, course_id);
	copy_int(sink->copy, user->id);
	if (participants->listing.fields == LISTING_IDS) {
		stage_put_bool(sink->copy, participants->listing.who == LISTING_ACTIVE);
	} else if (participants->listing.fields == LISTING_ROLES) {
		copy_text(sink->copy, user->roles);
	} else {
		arena_reset(&sink->row);
		copy_text(sink->copy, user->roles);
		copy_text(sink->copy, user->username);
		copy_text(sink->copy, user->email);
		copy_text(sink->copy, stage_email_key(&sink->row, user->email));
		copy_text(sink->copy, user->firstname);
		copy_text(sink->copy, user->lastname);
		copy_text(sink->copy, user->idnumber);
		copy_text(sink->copy, user->phone1);
		copy_text(sink->copy, user->phone2);
		copy_text(sink->copy, user->institution);
		copy_text(sink->copy, user->department);
		copy_text(sink->copy, user->city);
		copy_text(sink->copy, user->country);
		copy_text(sink->copy, user->custom);
	}
	return copy_row(sink->copy, err);
}

static int
fill_participants(struct stage *stage, struct stage_sink *sink, void *context, struct err *err)
{
	struct participants *participants = context;

	participants->sink = sink;
	if (listing_each(stage->moodle, &participants->listing, put_participant, participants, err) != 0)
		return -1;
	if (participants->listing.role_id != 0)
		stage->role_id = participants->listing.role_id;
	return 0;
}

static int
list_participants(struct stage *stage, const char *copy, const struct stage_ids *courses, enum listing_who who,
    enum listing_fields fields, bool descending, struct err *err)
{
	struct participants participants = { .listing = { .courses = courses->ids,
						 .count = courses->count,
						 .who = who,
						 .fields = fields,
						 .descending = descending,
						 .role = moodle_config(stage->moodle)->role,
						 .more_roles = stage->role_names,
						 .more_ids = stage->role_ids,
						 .more_count = stage->role_count } };

	return stage_copy(stage, copy, fill_participants, &participants, err);
}

/* List these courses, anew if they were listed before. At level 3 the participants are listed by halves too, the active ones and the
 * others, in the opposite order: whatever one listing loses, at its end or everywhere, the others have. */
int
stage_web_participants(struct arena *arena, struct stage *stage, const struct stage_ids *courses, struct err *err)
{
	const char **ids = ARENA_ARRAY(arena, courses->count, const char *);
	const struct db_args *args;
	size_t i;

	for (i = 0; i < courses->count; i++)
		ids[i] = stage_number(arena, courses->ids[i]);
	args = DB_ARGS(db_array(arena, ids, courses->count));
	if (db_exec(stage->db, sql_moodle_listing_begin, args, NULL, err) != 0 ||
	    db_exec(stage->db, sql_moodle_active_begin, args, NULL, err) != 0)
		return -1;
	if (reader_level(stage->reader) == 2)
		return list_participants(stage, "COPY read_listing FROM STDIN", courses, LISTING_ALL,
		    stage->fields.count > 0 ? LISTING_FIELDS : LISTING_ACCOUNTS, /* descending= */ false, err);
	if (list_participants(stage, "COPY read_listing (course_id, user_id, roles) FROM STDIN", courses, LISTING_ALL,
		LISTING_ROLES, /* descending= */ false, err) != 0 ||
	    list_participants(
		stage, "COPY read_active FROM STDIN", courses, LISTING_ACTIVE, LISTING_IDS, /* descending= */ true, err) != 0)
		return -1;
	return list_participants(
	    stage, "COPY read_active FROM STDIN", courses, LISTING_OTHERS, LISTING_IDS, /* descending= */ true, err);
}

int
stage_web_scope(struct arena *arena, struct stage *stage, struct err *err)
{
	struct stage_ids courses;

	if (stage_ids(arena, stage, sql_moodle_scope, DB_NONE, "course_id", &courses, err) != 0 ||
	    stage_web_participants(arena, stage, &courses, err) != 0)
		return -1;
	if (stage_ids(arena, stage, sql_moodle_emptied, DB_ARGS(stage_number(arena, stage->site_id)), "course_id", &courses, err) !=
	    0)
		return -1;
	return courses.count == 0 ? 0 : stage_web_participants(arena, stage, &courses, err);
}

/* The columns of read_user. */
static void
copy_account(struct stage_sink *sink, const struct account *account)
{
	arena_reset(&sink->row);
	copy_int(sink->copy, account->id);
	copy_text(sink->copy, account->username);
	copy_text(sink->copy, account->email);
	copy_text(sink->copy, stage_email_key(&sink->row, account->email));
	copy_text(sink->copy, account->firstname);
	copy_text(sink->copy, account->lastname);
	stage_put_bool(sink->copy, account->suspended);
	copy_text(sink->copy, account->idnumber);
	copy_text(sink->copy, account->auth);
	copy_text(sink->copy, account->phone1);
	copy_text(sink->copy, account->phone2);
	copy_text(sink->copy, account->institution);
	copy_text(sink->copy, account->department);
	copy_text(sink->copy, account->city);
	copy_text(sink->copy, account->country);
	copy_text(sink->copy, account->lang);
	copy_text(sink->copy, account->fields);
}

static int
put_account(const struct account *account, void *context, struct err *err)
{
	struct stage_sink *sink = context;

	copy_account(sink, account);
	stage_put_bool(sink->copy, account->deleted);
	return copy_row(sink->copy, err);
}

static int
fill_accounts(struct stage *stage, struct stage_sink *sink, void *context, struct err *err)
{
	const struct stage_ids *set = context;

	return account_read(stage->moodle, set->ids, set->count, put_account, sink, err);
}

int
stage_web_accounts(struct arena *arena, struct stage *stage, bool all, struct err *err)
{
	const char *site_id = stage_number(arena, stage->site_id);
	struct stage_ids set;
	struct db_row *row;

	if (stage_ids(arena, stage, sql_moodle_accounts_wanted, DB_ARGS(site_id, all ? "t" : "f"), "user_id", &set, err) != 0)
		return -1;
	if (stage_copy(stage, "COPY read_account FROM STDIN", fill_accounts, &set, err) != 0)
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
fill_lookups(struct stage *stage, struct stage_sink *sink, void *context, struct err *err)
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
fill_found(struct stage *stage, struct stage_sink *sink, void *context, struct err *err)
{
	const struct lookup_set *set = context;
	size_t i, k;

	(void)stage;
	for (i = 0; i < set->count; i++)
		for (k = 0; k < set->matches[i].count; k++) {
			copy_account(sink, &set->matches[i].accounts[k]);
			if (copy_row(sink->copy, err) != 0)
				return -1;
		}
	return 0;
}

int
stage_web_lookups(struct arena *arena, struct stage *stage, struct err *err)
{
	struct lookup_set set = { NULL, NULL, 0 };
	struct db_row *rows;
	size_t i;

	if (db_rows(arena, stage->db, sql_moodle_lookups_wanted, DB_ARGS(stage_number(arena, stage->site_id)), &rows, &set.count,
		err) != 0)
		return -1;
	if (set.count == 0)
		return 0;
	set.emails = ARENA_ARRAY(arena, set.count, const char *);
	for (i = 0; i < set.count; i++)
		set.emails[i] = db_value(&rows[i], "email");
	if (account_find(arena, stage->moodle, set.emails, set.count, &set.matches, err) != 0)
		return -1;
	stage->lookups = (int64_t)set.count;
	if (stage_copy(stage, "COPY read_lookup FROM STDIN", fill_lookups, &set, err) != 0)
		return -1;
	return stage_copy(stage, "COPY read_user FROM STDIN", fill_found, &set, err);
}
