/* Products and their rules, and rules that could be. Nothing is changed here: rules stand in the configuration. */
#include "entitle/map.h"

#include "base/arena.h"
#include "base/money.h"
#include "base/text.h"
#include "config/rule_sheet.h"
#include "sql.h"

struct listing {
	struct arena *arena;
	FILE *file;
	int64_t count;
};

static const char *
worth(struct arena *arena, const struct db_row *row)
{
	struct money money = { .minor = 0 };

	if (db_value(row, "currency") == NULL)
		return "never paid for";
	money.minor = db_int(row, "net_minor");
	(void)snprintf(money.currency, sizeof(money.currency), "%s", db_value(row, "currency"));
	return arena_printf(arena, "%s unit%s, %s, last sold %s", db_value(row, "units"), db_int(row, "units") == 1 ? "" : "s",
	    money_text(arena, &money), db_value(row, "last_day"));
}

static int
print_product(const struct db_row *row, void *context, struct err *err)
{
	struct listing *listing = context;
	const char *how = db_value(row, "how"), *courses = db_value(row, "courses");
	const char *unless = db_bool(row, "asked") ? ", unless a sale's fields fit another rule" : "";

	(void)err;
	listing->count++;
	(void)fprintf(listing->file, "%s  %s  %s\n    %s; ", db_value(row, "source"), db_value(row, "match"), db_value(row, "name"),
	    worth(listing->arena, row));
	if (text_equal(how, "asked"))
		(void)fputs("its rule depends on what a sale's fields say\n", listing->file);
	else if (text_equal(how, "none"))
		(void)fputs("no rule fits\n", listing->file);
	else if (text_equal(how, "tie"))
		(void)fputs("two rules fit equally well, so that none is chosen\n", listing->file);
	else if (text_equal(how, "exclude"))
		(void)fprintf(listing->file, "\"%s\" says it is not a course%s\n", db_value(row, "rule"), unless);
	else
		(void)fprintf(listing->file, "\"%s\" leads to %s%s\n", db_value(row, "rule"),
		    courses != NULL ? courses : "no course", unless);
	arena_reset(listing->arena);
	return 0;
}

int
map_list(struct db *db, bool all, const char *text, FILE *file, int64_t *ret_products, struct err *err)
{
	struct arena scratch = ARENA_INIT;
	struct listing listing = { &scratch, file, 0 };
	int rc;

	rc = db_each(db, sql_entitle_map_list, DB_ARGS(all ? "t" : "f", text), print_product, &listing, err);
	arena_done(&scratch);
	*ret_products = listing.count;
	return rc;
}

/* "name = "text"; " of a rule. */
static void
print_setting(FILE *file, const char *name, const char *text)
{
	(void)fprintf(file, "%s = ", name);
	config_print_text(file, text);
	(void)fputs("; ", file);
}

static int
print_rule(const struct db_row *row, void *context, struct err *err)
{
	struct listing *listing = context;
	const char *course = db_value(row, "course");
	FILE *file = listing->file;

	(void)err;
	listing->count++;
	(void)fprintf(
	    file, "# %s: %s unit%s; ", db_value(row, "name"), db_value(row, "units"), db_int(row, "units") == 1 ? "" : "s");
	if (course != NULL)
		(void)fprintf(file, "most like \"%s\"\n{ ", db_value(row, "fullname"));
	else
		(void)fputs("like no course more than others\n# { ", file);
	print_setting(file, "source", db_value(row, "source"));
	print_setting(file, "match", db_value(row, "match"));
	print_setting(file, "site", course != NULL ? db_value(row, "site") : "…");
	(void)fputs("courses = ( ", file);
	config_print_text(file, course != NULL ? course : "…");
	(void)fputs(" ); },\n", file);
	return 0;
}

int
map_suggest(struct db *db, FILE *file, int64_t *ret_rules, struct err *err)
{
	struct listing listing = { .file = file };
	int rc = db_each(db, sql_entitle_map_suggest, DB_NONE, print_rule, &listing, err);

	*ret_rules = listing.count;
	return rc;
}

static int
write_blank(const struct db_row *row, void *context, struct err *err)
{
	struct listing *listing = context;
	struct money money = { .minor = 0 };

	(void)err;
	if (!text_equal(db_value(row, "how"), "none"))
		return 0;
	if (db_value(row, "currency") != NULL) {
		money.minor = db_int(row, "net_minor");
		(void)snprintf(money.currency, sizeof(money.currency), "%s", db_value(row, "currency"));
	}
	rule_sheet_blank(listing->file,
	    &(struct rule_sheet_blank){ db_value(row, "source"), db_value(row, "match"), db_value(row, "name"),
		db_value(row, "units"), db_value(row, "currency") != NULL ? money_text(listing->arena, &money) : "" });
	arena_reset(listing->arena);
	return 0;
}

int
map_export(struct db *db, const struct config_tenant *tenant, FILE *file, struct err *err)
{
	struct arena scratch = ARENA_INIT;
	struct listing listing = { &scratch, file, 0 };
	int rc;

	rule_sheet_head(file);
	rule_sheet_rules(file, tenant);
	rc = db_each(db, sql_entitle_map_list, DB_ARGS("f", NULL), write_blank, &listing, err);
	arena_done(&scratch);
	return rc;
}
