/* Persons and their accounts, found by e-mail. All decisions are in sql/party/. */
#include "party/party.h"

#include "db/rules.h"
#include "sql.h"

/* From so many new rows on the planner must hear of it before the next step. */
#define PARTY_MANY 1000

int
party_reckon(struct db *db, int64_t *ret_persons, struct err *err)
{
	static const char *const tables[] = { "person", "person_email", "person_contact", "account" };
	int64_t contacts, accounts;

	if (db_exec(db, sql_party_contacts_to_persons, DB_NONE, &contacts, err) != 0)
		return -1;
	if (db_exec(db, sql_party_names, DB_NONE, NULL, err) != 0)
		return -1;
	if (db_exec(db, sql_party_accounts_gone, DB_NONE, NULL, err) != 0)
		return -1;
	if (contacts >= PARTY_MANY)
		if (rules_analyze(db, tables, 3, err) != 0)
			return -1;
	if (db_exec(db, sql_party_accounts_found, DB_NONE, &accounts, err) != 0)
		return -1;
	if (accounts >= PARTY_MANY)
		if (rules_analyze(db, tables + 3, 1, err) != 0)
			return -1;
	*ret_persons = contacts;
	return 0;
}
