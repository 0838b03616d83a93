/* The order of the steps of a reconcile. Each explains itself where it is. */
#include "plan/reckon.h"

#include "db/rules.h"
#include "party/party.h"

int
reckon_tenant(struct arena *arena, struct db *db, const struct night *night, const struct config_tenant *tenant, bool full,
    struct reckon_counts *ret_counts, struct err *err)
{
	struct reckon_counts counts = { { 0 }, { 0 }, 0 };
	int64_t decided, persons, told = 0;
	bool rules_changed;

	if (entitle_sync_rules(arena, db, tenant, &rules_changed, err) != 0)
		return err_wrap(err, "could not take in the product rules");
	if (db_begin(db, err) != 0)
		return -1;
	if (rules_analyze_new(db, err) != 0)
		goto fail;
	if (party_decide(db, &decided, err) != 0)
		goto fail;
	if (entitle_begin(db, full, err) != 0)
		goto fail;
	if (plan_settle(db, night->run_id, &counts.plan, err) != 0)
		goto fail;
	if (party_reckon(db, &persons, err) != 0)
		goto fail;
	if (entitle_reckon(db, &counts.rights, err) != 0)
		goto fail;
	if (entitle_notices(arena, db, night, tenant->locale, &counts.mails, err) != 0)
		goto fail;
	/* What an earlier run did and could not record was recorded just now. */
	if (counts.plan.settled > 0 && entitle_told(arena, db, night, tenant->locale, NULL, &told, err) != 0)
		goto fail;
	if (plan_make(db, night->run_id, &counts.plan, err) != 0)
		goto fail;
	if (db_commit(db, err) != 0)
		goto fail;
	counts.mails += told;
	*ret_counts = counts;
	return 0;
fail:
	db_rollback(db);
	return -1;
}
