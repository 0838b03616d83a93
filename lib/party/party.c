/* Persons and their accounts, found by e-mail. All decisions are in sql/party/. */
#include "party/party.h"

#include "db/rules.h"
#include "sql.h"

/* From so many new rows on the planner must hear of it before the next step. */
#define PARTY_MANY 1000

/* What persons are called, and whose name may be somebody else's. */
static int
names(struct db *db, struct err *err)
{
	if (db_exec(db, sql_party_names_said, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_party_names_called, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_party_names_set, DB_NONE, NULL, err) != 0)
		return -1;
	return db_exec(db, sql_party_names_doubt, DB_NONE, NULL, err);
}

static int
carry_out(struct db *db, const struct db_row *merge, struct err *err)
{
	const char *id = db_value(merge, "merge_id"), *record = db_value(merge, "person_id"), *into = db_value(merge, "into_id");

	if (db_bool(merge, "split")) {
		if (db_exec(db, sql_party_split_addresses, DB_ARGS(record, into), NULL, err) != 0)
			return -1;
		return db_exec(db, sql_party_split_move, DB_ARGS(id, record, into), NULL, err);
	}
	if (db_exec(db, sql_party_merge_note, DB_ARGS(id, record, into), NULL, err) != 0)
		return -1;
	return db_exec(db, sql_party_merge_move, DB_ARGS(id, record, into), NULL, err);
}

int
party_decide(struct db *db, int64_t *ret_decided, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct db_row *merge;
	int64_t decided = 0;
	int rc;

	/* One after the other, in the order that they were asked for: what is merged may be merged again. */
	for (;;) {
		arena_reset(&arena);
		rc = db_maybe(&arena, db, sql_party_merge_next, DB_NONE, &merge, err);
		if (rc != 0 || merge == NULL)
			break;
		rc = carry_out(db, merge, err);
		if (rc != 0)
			break;
		decided++;
	}
	arena_done(&arena);
	*ret_decided = decided;
	return rc;
}

int
party_reckon(struct db *db, int64_t *ret_persons, struct err *err)
{
	static const char *const tables[] = { "person", "person_email", "person_contact" };
	int64_t made, contacts;

	if (db_exec(db, sql_party_contacts_fresh, DB_NONE, &contacts, err) != 0)
		return -1;
	if (db_script(db, "ANALYZE contact_fresh", err) != 0)
		return -1;
	if (rules_index_off(db, tables, 3, contacts, err) != 0)
		return -1;
	if (db_exec(db, sql_party_persons_new, DB_NONE, &made, err) != 0)
		return -1;
	if (made >= PARTY_MANY && rules_analyze(db, tables, 2, err) != 0)
		return -1;
	if (db_exec(db, sql_party_contacts_to_persons, DB_NONE, &contacts, err) != 0)
		return -1;
	if (rules_index_on(db, tables, 3, err) != 0)
		return -1;
	if (contacts >= PARTY_MANY && rules_analyze(db, tables + 2, 1, err) != 0)
		return -1;
	if (names(db, err) != 0)
		return -1;
	if (db_exec(db, sql_party_accounts_gone, DB_NONE, NULL, err) != 0)
		return -1;
	*ret_persons = contacts;
	return 0;
}

int
party_accounts(struct db *db, struct err *err)
{
	static const char *const account[] = { "account" };
	int64_t accounts;

	if (db_exec(db, sql_party_accounts_found, DB_NONE, &accounts, err) != 0)
		return -1;
	return accounts < PARTY_MANY ? 0 : rules_analyze(db, account, 1, err);
}
