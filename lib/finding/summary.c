/* The night in a few lines. */
#include "finding/summary.h"

#include <string.h>

#include "adapter/json.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "brake/brake.h"
#include "db/rules.h"
#include "db/store.h"
#include "outbox/address.h"
#include "outbox/outbox.h"
#include "sql.h"

#define SUMMARY_LINES 25
#define SUMMARY_COLUMNS 100
#define SUMMARY_HOLDS 4
#define SUMMARY_CLASSES 9
#define SUMMARY_INDENT 19 /* of what a step's line goes on with */

/* What an exit code asks of a person. */
static const char *
meaning(int64_t exit_code)
{
	switch (exit_code) {
	case EXIT_OK: return "well";
	case EXIT_HELD: return "some actions are held until a person releases them";
	case EXIT_UNTIED: return "a control does not tie: see sheet Control";
	case EXIT_INCOMPLETE: return "a source or site could not be read completely; nothing was derived from it";
	case EXIT_SOME: return "some items failed: see sheet Exceptions";
	case EXIT_SERVICE: return "a service is down; the next night goes on from here";
	case EXIT_BUSY: return "another night was running";
	case EXIT_REFUSED: return "a permission is missing: see the log";
	case EXIT_CONF: return "the settings are wrong: see the log";
	case EXIT_IO:
	case EXIT_CREATE: return "a file could not be written: see the log";
	case -1: return "was cut off";
	default: return "a program failed: see the log";
	}
}

struct summary {
	struct buf buf;
	size_t lines;
};

/* A command stays whole: it is there to be copied. */
static void
add_whole(struct summary *s, const char *line)
{
	if (s->lines >= SUMMARY_LINES)
		return;
	s->lines++;
	buf_text(&s->buf, line);
	buf_char(&s->buf, '\n');
}

static void
add(struct summary *s, struct arena *arena, const char *line)
{
	size_t len = 0;
	const char *p = line;
	uint32_t c;

	if (s->lines >= SUMMARY_LINES)
		return;
	s->lines++;
	while (*p != '\0' && len < SUMMARY_COLUMNS - 1) {
		p = text_next(p, &c);
		len++;
	}
	buf_text(&s->buf, *p == '\0' ? line : arena_printf(arena, "%.*s…", (int)(p - line), line));
	buf_char(&s->buf, '\n');
}

/* A list goes on in further lines, broken after a comma. */
static void
add_list(struct summary *s, struct arena *arena, const char *line)
{
	const char *rest = line, *comma, *next;
	int indent = 0;

	while ((size_t)indent + text_count(rest) > SUMMARY_COLUMNS) {
		comma = NULL;
		for (next = strstr(rest, ", "); next != NULL; next = strstr(next + 1, ", ")) {
			if ((size_t)indent + text_count(arena_strndup(arena, rest, (size_t)(next - rest) + 1)) > SUMMARY_COLUMNS)
				break;
			comma = next;
		}
		if (comma == NULL)
			break;
		add(s, arena, arena_printf(arena, "%*s%.*s", indent, "", (int)(comma + 1 - rest), rest));
		rest = comma + 2;
		indent = SUMMARY_INDENT;
	}
	add(s, arena, arena_printf(arena, "%*s%s", indent, "", rest));
}

/* The open findings, as many classes as there is room for; the rest in a word. */
static void
findings(struct summary *s, struct arena *arena, const struct db_row *rows, size_t count)
{
	size_t room = s->lines + 2 < SUMMARY_LINES ? SUMMARY_LINES - s->lines - 2 : 0, shown, i;

	if (count == 0)
		return;
	shown = room < SUMMARY_CLASSES ? room : SUMMARY_CLASSES;
	shown = count <= shown + 1 ? count : shown;
	add(s, arena, "  open findings:");
	for (i = 0; i < shown; i++)
		add(s, arena,
		    arena_printf(arena, "    %5s %-22s %s%s since %s", db_value(&rows[i], "findings"), db_value(&rows[i], "class"),
			db_value(&rows[i], "risk"), db_value(&rows[i], "risk")[0] == '\0' ? "" : " at risk,",
			db_value(&rows[i], "since")));
	if (shown < count)
		add(s, arena, arena_printf(arena, "          and %zu more classes: see sheet Exceptions", count - shown));
}

/* What waits for a person, each with the command that lets it go. */
static int
holds(struct summary *s, struct arena *arena, struct db *db, const struct config *config, const struct config_tenant *t,
    struct err *err)
{
	const char *file = text_equal(config->file, CONFIG_FILE) ? NULL : config->file;
	struct brake_standing *standing;
	size_t count, i;

	if (brake_standing(arena, db, file, config->tenant_count > 1 ? t->name : NULL, &standing, &count, err) != 0)
		return -1;
	for (i = 0; i < count && i < SUMMARY_HOLDS; i++) {
		add(s, arena,
		    arena_printf(arena, "! %s%s%s", config->tenant_count > 1 ? t->name : "", config->tenant_count > 1 ? ": " : "",
			standing[i].what));
		add_whole(s, arena_printf(arena, "    %s", standing[i].command));
	}
	if (count > SUMMARY_HOLDS)
		add(s, arena, arena_printf(arena, "! %zu more holds: ctok-admin plan tells", count - SUMMARY_HOLDS));
	return 0;
}

static int
tenant(struct summary *s, struct arena *arena, struct db *db, const struct night *night, struct err *err)
{
	struct db_row *rows;
	const char *unlike;
	size_t count, i;

	if (db_rows(arena, db, sql_finding_summary_runs, DB_ARGS(arena_printf(arena, "%lld", (long long)night->id)), &rows, &count,
		err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		int64_t code = db_int(&rows[i], "exit_code");

		add_list(s, arena,
		    code == EXIT_OK ? arena_printf(arena, "  %-16s run %s: %s", db_value(&rows[i], "program"),
					  db_value(&rows[i], "run_id"), db_value(&rows[i], "counts"))
				    : arena_printf(arena, "! %-16s run %s: %s (%s)", db_value(&rows[i], "program"),
					  db_value(&rows[i], "run_id"), meaning(code), db_value(&rows[i], "counts")));
	}
	if (brake_unlike(arena, db, night->id, /* kinds= */ NULL, &unlike, err) != 0)
		return -1;
	if (unlike != NULL)
		add(s, arena, arena_printf(arena, "! unlike the last 30 nights: %s", unlike));
	if (db_rows(arena, db, sql_finding_summary_silent, DB_NONE, &rows, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		add(s, arena, arena_printf(arena, "! %s", db_value(&rows[i], "detail")));
	if (db_rows(arena, db, sql_finding_summary_findings, DB_NONE, &rows, &count, err) != 0)
		return -1;
	findings(s, arena, rows, count);
	return 0;
}

/* The connection works for ${t} from here on. */
static int
turn_to(struct arena *arena, struct db *db, const struct night *night, const struct config_tenant *t, struct err *err)
{
	int64_t id;

	if (store_tenant_id(arena, db, t->name, &id, err) != 0)
		return -1;
	if (db_tenant(db, id, err) != 0)
		return -1;
	return rules_at(db, night->now_utc, t->timezone, err);
}

int
summary_text(struct arena *arena, struct db *db, const struct config *config, const struct night *night, int exit_code,
    const char **ret_text, struct err *err)
{
	struct summary s = { .lines = 0 };
	size_t i;
	int rc = -1;

	buf_init(&s.buf, 1 << 16);
	add(&s, arena,
	    arena_printf(arena, "night %lld of %s ended: %s (exit %d)", (long long)night->id, clock_iso(arena, night->now_utc),
		meaning(exit_code), exit_code));
	/* First what a person must do, of all tenants, so that no other line takes its room. */
	for (i = 0; i < config->tenant_count; i++) {
		if (turn_to(arena, db, night, &config->tenants[i], err) != 0)
			goto out;
		if (holds(&s, arena, db, config, &config->tenants[i], err) != 0)
			goto out;
	}
	for (i = 0; i < config->tenant_count; i++) {
		const struct config_tenant *t = &config->tenants[i];

		if (turn_to(arena, db, night, t, err) != 0)
			goto out;
		add(&s, arena, arena_printf(arena, "tenant %s", t->name));
		if (tenant(&s, arena, db, night, err) != 0)
			goto out;
	}
	*ret_text = arena_strndup(arena, s.buf.data, s.buf.len);
	rc = 0;
out:
	buf_done(&s.buf);
	return rc;
}

/* The same as texts of a list, none of them cut. */
static int
mail_lines(struct arena *arena, struct db *db, const struct config *config, const struct config_tenant *t,
    const struct night *night, int exit_code, struct buf *lines, int64_t *ret_findings, struct err *err)
{
	const char *file = text_equal(config->file, CONFIG_FILE) ? NULL : config->file, *unlike;
	struct brake_standing *standing;
	struct db_row *rows;
	size_t count, i;

	if (exit_code != EXIT_OK)
		buf_printf(lines, "! %s (exit %d)\n", meaning(exit_code), exit_code);
	if (brake_standing(arena, db, file, config->tenant_count > 1 ? t->name : NULL, &standing, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		buf_printf(lines, "! %s: %s\n", standing[i].what, standing[i].command);
	if (db_rows(arena, db, sql_finding_summary_runs, DB_ARGS(arena_printf(arena, "%lld", (long long)night->id)), &rows, &count,
		err) != 0)
		return -1;
	for (i = 0; i < count; i++) {
		const char *program = db_value(&rows[i], "program"), *counts = db_value(&rows[i], "counts");
		int64_t code = db_int(&rows[i], "exit_code");

		if (code == EXIT_OK)
			buf_printf(lines, "%s: %s\n", program, counts);
		else
			buf_printf(lines, "! %s: %s (%s)\n", program, meaning(code), counts);
	}
	if (brake_unlike(arena, db, night->id, /* kinds= */ NULL, &unlike, err) != 0)
		return -1;
	if (unlike != NULL)
		buf_printf(lines, "! unlike the last 30 nights: %s\n", unlike);
	if (db_rows(arena, db, sql_finding_summary_silent, DB_NONE, &rows, &count, err) != 0)
		return -1;
	for (i = 0; i < count; i++)
		buf_printf(lines, "! %s\n", db_value(&rows[i], "detail"));
	if (db_rows(arena, db, sql_finding_summary_findings, DB_NONE, &rows, &count, err) != 0)
		return -1;
	for (*ret_findings = 0, i = 0; i < count; i++) {
		*ret_findings += db_int(&rows[i], "findings");
		buf_printf(lines, "%s × %s%s%s, since %s\n", db_value(&rows[i], "findings"), db_value(&rows[i], "class"),
		    db_value(&rows[i], "risk")[0] == '\0' ? "" : ", at risk ", db_value(&rows[i], "risk"),
		    db_value(&rows[i], "since"));
	}
	if (lines->len == 0)
		buf_text(lines, "nothing ran");
	return buf_check(lines, "the night's summary", err);
}

int
summary_mail(struct arena *arena, struct db *db, const struct config *config, const struct config_tenant *tenant,
    const struct night *night, int exit_code, bool *ret_added, struct err *err)
{
	struct address to = { 0 };
	struct clock_date date;
	struct buf lines;
	const char *name;
	int64_t findings = 0;
	int rc = -1;

	if (address_parse(arena, tenant->mail.operator_to, &to, err) != 0) {
		err->code = ERR_CONFIG;
		return err_wrap(err, "%s:%u: `operator` of tenant \"%s\"", tenant->where.file, tenant->where.line, tenant->name);
	}
	if (clock_in_zone(tenant->timezone, night->now_utc, &date, NULL, err) != 0)
		return -1;
	name = to.name[0] != '\0' ? to.name : to.mailbox;
	buf_init(&lines, 1 << 16);
	if (mail_lines(arena, db, config, tenant, night, exit_code, &lines, &findings, err) != 0)
		goto out;
	if (db_begin(db, err) != 0)
		goto out;
	if (outbox_add(arena, db, night,
		&(struct outbox_mail){
		    .event = arena_printf(arena, "summary:%lld", (long long)night->id),
		    .recipient = to.mailbox,
		    .template = "operator-summary",
		    .locale = tenant->locale,
		    .facts_json =
			arena_printf(arena, "{\"operator\":%s,\"date\":\"%04d-%02d-%02d\",\"findings\":\"%lld\",\"lines\":%s}",
			    json_quote(arena, name), date.year, date.month, date.day, (long long)findings,
			    json_quote(arena, arena_strndup(arena, lines.data, lines.len))),
		},
		ret_added, err) != 0 ||
	    db_commit(db, err) != 0) {
		db_rollback(db);
		goto out;
	}
	rc = 0;
out:
	buf_done(&lines);
	return rc;
}
