/* Product rules: from the configuration into tables, so that set-based SQL can apply them. */
#include <string.h>

#include "adapter/json.h"
#include "base/money.h"
#include "base/text.h"
#include "db/copy.h"
#include "db/rules.h"
#include "entitle/deal.h"
#include "entitle/entitle.h"
#include "moodle/course.h"
#include "sql.h"

/* "sku:ACLS-*" is kind and pattern; config_load() has checked the form. */
static void
copy_match(struct arena *arena, struct copy *copy, const char *match)
{
	const char *colon = strchr(match, ':');

	BUG_UNLESS(colon != NULL);
	copy_text(copy, arena_strndup(arena, match, (size_t)(colon - match)));
	copy_text(copy, colon + 1);
}

/* { "affiliation": "St. Mary*" } */
static const char *
asks_of(struct arena *arena, const struct config_pairs *when)
{
	const char *text = "{";
	size_t i;

	for (i = 0; i < when->count; i++)
		text = arena_printf(arena, "%s%s%s:%s", text, i > 0 ? "," : "", json_quote(arena, when->names[i]),
		    json_quote(arena, when->values[i]));
	return arena_printf(arena, "%s}", text);
}

/* The courses to be completed first, by reference, sorted so that their order in the file does not matter. */
static const char *
requires_of(struct arena *arena, const struct config_list *requires)
{
	const char **references = ARENA_ARRAY(arena, requires->count, const char *);
	size_t i, k;

	for (i = 0; i < requires->count; i++) {
		const char *reference = course_reference(arena, requires->items[i]);

		for (k = i; k > 0 && strcmp(references[k - 1], reference) > 0; k--)
			references[k] = references[k - 1];
		references[k] = reference;
	}
	return db_array(arena, references, requires->count);
}

/* The same of cohorts, which have ID numbers and nothing else. */
static const char *
cohorts_of(struct arena *arena, const struct config_list *cohorts)
{
	const char **names = ARENA_ARRAY(arena, cohorts->count, const char *);
	size_t i, k;

	for (i = 0; i < cohorts->count; i++) {
		for (k = i; k > 0 && strcmp(names[k - 1], cohorts->items[i]) > 0; k--)
			names[k] = names[k - 1];
		names[k] = cohorts->items[i];
	}
	return db_array(arena, names, cohorts->count);
}

static int
copy_rule(
    struct arena *arena, struct copy *copy, const struct config_tenant *tenant, size_t at, const char *reference, struct err *err)
{
	const struct config_product *product = &tenant->products[at];
	const char *certificate = product->certificate != NULL ? product->certificate : tenant->certificate.template;
	struct money price;

	copy_int(copy, (int64_t)at);
	copy_text(copy, product->source);
	copy_match(arena, copy, product->match);
	copy_text(copy, product->site);
	copy_text(copy, reference);
	copy_text(copy, product->role != NULL ? product->role : "");
	copy_text(copy, product->term);
	copy_text(copy, product->until);
	if (product->grace_days == CONFIG_NEVER)
		copy_null(copy);
	else
		copy_int(copy, product->grace_days);
	copy_int(copy, product->notice_days);
	copy_text(copy, product->delivery);
	copy_text(copy, product->learner);
	copy_text(copy, product->on_expiry);
	copy_text(copy, product->on_refund);
	copy_text(copy, product->on_dispute);
	copy_text(copy, product->renews ? "t" : "f");
	if (product->price != NULL) {
		if (money_parse_pair(product->price, &price, err) != 0)
			return err_wrap(err, "%s:%u: setting \"price\"", product->where.file, product->where.line);
		copy_int(copy, price.minor);
		copy_text(copy, price.currency);
	} else {
		copy_null(copy);
		copy_null(copy);
	}
	copy_text(copy, product->price_tolerance);
	copy_text(copy, certificate != NULL ? certificate : "none");
	copy_text(copy, product->certificate_valid);
	copy_text(copy, product->since);
	copy_text(copy, product->exclude ? "t" : "f");
	copy_text(copy, asks_of(arena, &product->when));
	copy_text(copy, product->starts);
	copy_text(copy, requires_of(arena, &product->requires));
	copy_text(copy, product->require_field);
	if (product->capacity > 0)
		copy_int(copy, product->capacity);
	else
		copy_null(copy);
	copy_text(copy, product->term_from != NULL ? product->term_from : "gate");
	copy_text(copy, cohorts_of(arena, &product->cohorts));
	return copy_row(copy, err);
}

static int
copy_rules(struct arena *arena, struct db *db, const struct config_tenant *tenant, struct err *err)
{
	struct copy *copy = NULL;
	size_t i, c;

	if (copy_open(db, "COPY rule_new FROM STDIN", &copy, err) != 0)
		return -1;
	for (i = 0; i < tenant->product_count; i++) {
		const struct config_list *courses = &tenant->products[i].courses;

		if (courses->count == 0 && copy_rule(arena, copy, tenant, i, NULL, err) != 0)
			goto fail;
		for (c = 0; c < courses->count; c++)
			if (copy_rule(arena, copy, tenant, i, course_reference(arena, courses->items[c]), err) != 0)
				goto fail;
	}
	return copy_finish(copy, NULL, err);
fail:
	copy_abort(copy);
	return -1;
}

static int
sync_protected(struct arena *arena, struct db *db, const struct config_tenant *tenant, struct err *err)
{
	const char **sites, **names;
	size_t count = 0, at = 0, s, i;

	for (s = 0; s < tenant->site_count; s++)
		count += tenant->sites[s].protected_users.count;
	sites = ARENA_ARRAY(arena, count, const char *);
	names = ARENA_ARRAY(arena, count, const char *);
	for (s = 0; s < tenant->site_count; s++)
		for (i = 0; i < tenant->sites[s].protected_users.count; i++) {
			sites[at] = tenant->sites[s].name;
			names[at++] = tenant->sites[s].protected_users.items[i];
		}
	return db_exec(
	    db, sql_entitle_protected_sync, DB_ARGS(db_array(arena, sites, count), db_array(arena, names, count)), NULL, err);
}

static int
sync_welcome(struct arena *arena, struct db *db, const struct config_tenant *tenant, struct err *err)
{
	const char **sites = ARENA_ARRAY(arena, tenant->site_count, const char *),
		   **courses = ARENA_ARRAY(arena, tenant->site_count, const char *);
	const struct db_args *args;
	size_t count = 0, i;

	for (i = 0; i < tenant->site_count; i++)
		if (tenant->sites[i].welcome != NULL) {
			sites[count] = tenant->sites[i].name;
			courses[count++] = course_reference(arena, tenant->sites[i].welcome);
		}
	args = DB_ARGS(db_array(arena, sites, count), db_array(arena, courses, count));
	if (db_exec(db, sql_entitle_welcome_targets, args, NULL, err) != 0)
		return -1;
	return db_exec(db, sql_entitle_welcome_sync, args, NULL, err);
}

int
entitle_sync_rules(struct arena *arena, struct db *db, const struct config_tenant *tenant, bool *ret_changed, struct err *err)
{
	struct db_row *row;
	bool changed;

	if (db_begin(db, err) != 0)
		return -1;
	if (db_exec(db, sql_entitle_rule_stage, DB_NONE, NULL, err) != 0)
		goto fail;
	if (copy_rules(arena, db, tenant, err) != 0)
		goto fail;
	if (db_exec(db, sql_entitle_rule_targets, DB_NONE, NULL, err) != 0)
		goto fail;
	if (db_row(arena, db, sql_entitle_rule_sync, DB_NONE, &row, err) != 0)
		goto fail;
	changed = db_int(row, "changed") > 0;
	if (deal_sync(arena, db, tenant, err) != 0)
		goto fail;
	if (changed && db_exec(db, sql_entitle_rule_dirty, DB_NONE, NULL, err) != 0)
		goto fail;
	if (sync_protected(arena, db, tenant, err) != 0)
		goto fail;
	if (sync_welcome(arena, db, tenant, err) != 0)
		goto fail;
	if (db_commit(db, err) != 0)
		goto fail;
	*ret_changed = changed;
	return 0;
fail:
	db_rollback(db);
	return -1;
}
