/* The audit log chains: whatever is changed later is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "with_db.h"

#include "db/audit.h"

static void
must(int rc, const struct err *err)
{
	if (rc != 0)
		fail_msg("%s: %s", err_name(err->code), err->message);
}

/* One transaction that records ${count} things. */
static void
record(struct with_db *w, unsigned count)
{
	struct err err = ERR_INIT;
	unsigned i;

	must(db_begin(w->db, &err), &err);
	for (i = 0; i < count; i++)
		must(audit_add(w->db, w->night.run_id, "go-live", arena_printf(&w->arena, "site %u", i),
			 "{\"since\": \"2026-05-01\"}", &err),
		    &err);
	must(audit_seal(w->db, w->night.run_id, &err), &err);
	must(db_commit(w->db, &err), &err);
}

static void
expect_batches(struct with_db *w, int64_t count)
{
	struct err err = ERR_INIT;
	int64_t batches = -1;

	must(audit_verify(&w->arena, w->db, &batches, &err), &err);
	assert_int_equal(batches, count);
}

static void
test_batches_chain(void **state)
{
	struct with_db *w = *state;

	expect_batches(w, 0);
	record(w, 1);
	record(w, 3);
	expect_batches(w, 2);
	assert_string_equal(
	    with_db_text(w, "SELECT string_agg(chain_no || ':' || row_count, ' ' ORDER BY chain_no) FROM ctok.audit_batch"),
	    "1:1 2:3");
	assert_string_equal(with_db_text(w, "SELECT b.previous = a.digest FROM ctok.audit_batch a, ctok.audit_batch b"
					    " WHERE a.chain_no = 1 AND b.chain_no = 2"),
	    "t");
}

static void
test_nothing_recorded_makes_no_batch(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	must(db_begin(w->db, &err), &err);
	must(audit_seal(w->db, w->night.run_id, &err), &err);
	must(db_commit(w->db, &err), &err);
	expect_batches(w, 0);
}

static void
test_rollback_leaves_the_chain_whole(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	record(w, 1);
	must(db_begin(w->db, &err), &err);
	must(audit_add(w->db, w->night.run_id, "go-live", "site", "{}", &err), &err);
	must(audit_seal(w->db, w->night.run_id, &err), &err);
	db_rollback(w->db);
	record(w, 1);
	expect_batches(w, 2);
}

static void
test_commit_without_seal_is_a_bug(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	int status;
	pid_t pid;

	must(db_begin(w->db, &err), &err);
	must(audit_add(w->db, w->night.run_id, "go-live", "site", "{}", &err), &err);
	pid = fork();
	if (pid == 0) {
		(void)close(STDERR_FILENO);
		_exit(db_commit(w->db, &err));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_BUG);
	db_rollback(w->db);
}

static void
test_two_programs_at_once_make_one_chain(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	struct night joined;
	struct db *other;

	must(db_connect(w->embedded.program, NULL, "other", &other, &err), &err);
	must(db_tenant(other, w->tenant_id, &err), &err);
	must(night_join(&w->arena, other, w->night.id, &joined, &err), &err);
	/* Ours takes its number first and is sealed last. */
	must(db_begin(w->db, &err), &err);
	must(audit_add(w->db, w->night.run_id, "go-live", "first", "{}", &err), &err);
	must(db_begin(other, &err), &err);
	must(audit_add(other, w->night.run_id, "go-live", "second", "{}", &err), &err);
	must(audit_seal(other, w->night.run_id, &err), &err);
	must(db_commit(other, &err), &err);
	must(audit_seal(w->db, w->night.run_id, &err), &err);
	must(db_commit(w->db, &err), &err);
	expect_batches(w, 2);
	db_close(other);
}

static void
test_tenants_have_chains_of_their_own(void **state)
{
	struct with_db *w = *state;
	struct err err = ERR_INIT;

	record(w, 1);
	must(db_exec(w->owner, "INSERT INTO ctok.tenant (name, timezone, currency, locale) VALUES ('other', 'UTC', 'EUR', 'en')",
		 DB_NONE, NULL, &err),
	    &err);
	must(db_tenant(w->db, w->tenant_id + 1, &err), &err);
	record(w, 2);
	record(w, 2);
	expect_batches(w, 2);
	must(db_tenant(w->db, w->tenant_id, &err), &err);
	expect_batches(w, 1);
}

static void
test_program_role_cannot_change_it(void **state)
{
	static const char *const statements[] = { "UPDATE ctok.audit_row SET what = 'x'", "DELETE FROM ctok.audit_row",
		"UPDATE ctok.audit_batch SET run_id = 0", "DELETE FROM ctok.audit_batch", "TRUNCATE ctok.audit_row" };
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	size_t i;

	record(w, 1);
	for (i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		must(db_begin(w->db, &err), &err);
		assert_int_equal(db_exec(w->db, statements[i], DB_NONE, NULL, &err), -1);
		assert_int_equal(err.code, ERR_REFUSED);
		err_reset(&err);
		db_rollback(w->db);
	}
}

/* What somebody with the owner's rights does, and what it is called. Batches 1, 2, 3 have 1, 2 and 1 rows. */
static void
test_tampering_is_noticed(void **state)
{
	static const struct {
		const char *sql, *batch, *fault;
	} cases[] = {
		{ "UPDATE ctok.audit_row SET subject = 'another' WHERE batch_id = 2 AND row_no = 1", "2", "a row was changed" },
		{ "UPDATE ctok.audit_row SET detail = '{}' WHERE batch_id = 1", "1", "a row was changed" },
		{ "UPDATE ctok.audit_row SET at = at + interval '1 microsecond' WHERE batch_id = 3", "3", "a row was changed" },
		{ "UPDATE ctok.audit_row SET subject = 'x', digest = rule.audit_row_digest(tenant_id, batch_id, row_no, run_id, "
		  "what, 'x',"
		  " detail, at) WHERE batch_id = 2 AND row_no = 1",
		    "2", "its rows are not those that were sealed" },
		{ "DELETE FROM ctok.audit_row WHERE batch_id = 2 AND row_no = 2", "2", "a row is missing or was added" },
		{ "DELETE FROM ctok.audit_row WHERE batch_id = 1", "1", "a row is missing or was added" },
		{ "INSERT INTO ctok.audit_row SELECT tenant_id, batch_id, 3, run_id, what, subject, detail, at, "
		  "rule.audit_row_digest("
		  "tenant_id, batch_id, 3, run_id, what, subject, detail, at) FROM ctok.audit_row WHERE batch_id = 2 AND row_no = "
		  "1",
		    "2", "a row is missing or was added" },
		{ "UPDATE ctok.audit_row SET row_no = 3 - row_no + 10 WHERE batch_id = 2", "2", "a row was changed" },
		{ "DELETE FROM ctok.audit_batch WHERE batch_id = 2; DELETE FROM ctok.audit_row WHERE batch_id = 2", "3",
		    "a batch before it is missing" },
		{ "DELETE FROM ctok.audit_batch WHERE batch_id = 2; DELETE FROM ctok.audit_row WHERE batch_id = 2;"
		  " UPDATE ctok.audit_batch SET chain_no = 2 WHERE batch_id = 3",
		    "3", "it does not follow the batch before it" },
		{ "DELETE FROM ctok.audit_batch WHERE batch_id = 3", "3", "rows without a batch" },
		{ "UPDATE ctok.audit_batch SET run_id = run_id + 1 WHERE batch_id = 2", "2",
		    "its rows are not those that were sealed" },
	};
	struct with_db *w = *state;
	struct err err = ERR_INIT;
	int64_t batches = -1;
	size_t i;

	record(w, 1);
	record(w, 2);
	record(w, 1);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		must(db_begin(w->owner, &err), &err);
		must(db_script(w->owner, cases[i].sql, &err), &err);
		assert_int_equal(audit_verify(&w->arena, w->owner, &batches, &err), -1);
		assert_int_equal(err.code, ERR_DATA);
		assert_string_equal(err.message,
		    arena_printf(&w->arena, "batch %s of the audit log does not fit: %s", cases[i].batch, cases[i].fault));
		err_reset(&err);
		db_rollback(w->owner);
	}
	assert_int_equal(batches, -1);
	expect_batches(w, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_batches_chain, with_db_fresh),
		cmocka_unit_test_setup(test_nothing_recorded_makes_no_batch, with_db_fresh),
		cmocka_unit_test_setup(test_rollback_leaves_the_chain_whole, with_db_fresh),
		cmocka_unit_test_setup(test_commit_without_seal_is_a_bug, with_db_fresh),
		cmocka_unit_test_setup(test_two_programs_at_once_make_one_chain, with_db_fresh),
		cmocka_unit_test_setup(test_tenants_have_chains_of_their_own, with_db_fresh),
		cmocka_unit_test_setup(test_program_role_cannot_change_it, with_db_fresh),
		cmocka_unit_test_setup(test_tampering_is_noticed, with_db_fresh),
	};

	return cmocka_run_group_tests_name("audit", tests, with_db_open, with_db_close);
}
