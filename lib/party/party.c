/* Persons and their accounts, found by e-mail. All decisions are in sql/party/. */
#include "party/party.h"

#include "db/rules.h"
#include "sql.h"

/* From so many new rows on the planner must hear of it before the next step. */
#define PARTY_MANY 1000

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
	if (db_exec(db, sql_party_names, DB_NONE, NULL, err) != 0)
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
