/* Who is who: which names may be one human's, and merges of merges, on a real database. */
#include "expect.h"

#include "party/party.h"
#include "party/person.h"
#include "with_db.h"

static const struct person_word word = { "Eva", "she called" };

static void
test_names_of_one_human(void **state)
{
	struct with_db *w = *state;
	static const struct {
		const char *a, *b, *same;
	} cases[] = {
		{ "Ana Díaz", "Ana Díaz", "t" },
		{ "Ana Díaz", "DIAZ, Ana", "t" }, /* order, case, accents, marks */
		{ "Ana Di\xcc\x81"
		  "az",
		    "Ana Díaz", "t" },                 /* decomposed */
		{ "Ana Díaz López", "Ana Díaz", "t" }, /* words may be left out */
		{ "Ana", "Ana María Díaz", "t" },
		{ "Jean-Luc O'Neil", "Jean Luc ONeil", "f" }, /* glued: to be looked at */
		{ "Jean-Luc Picard", "Picard Jean Luc", "t" },
		{ "Nguyễn Thị Ngọc", "NGUYEN THI NGOC", "t" },
		{ "Ангелина Петрова", "ПЕТРОВА Ангелина", "t" },
		{ "王小明", "王小明", "t" },
		{ "王小明", "李小明", "f" },
		{ "Ana Díaz", "Luis Pérez", "f" },
		{ "Ana Díaz", "Ana Pérez", "f" }, /* a marriage, or a sister: a person looks */
		{ "Ana", "Anabel", "f" },
		{ "", "Ana", "t" }, /* no name says nothing */
		{ "…", "Ana", "t" },
		{ "Muḥammad ʿAlī", "Muhammad Ali", "f" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		const char *a = arena_printf(&w->arena, "SELECT rule.same_name('%s', '%s')", cases[i].a, cases[i].b);
		const char *b = arena_printf(&w->arena, "SELECT rule.same_name('%s', '%s')", cases[i].b, cases[i].a);

		if (i == 5) { /* an apostrophe in SQL */
			a = "SELECT rule.same_name('Jean-Luc O''Neil', 'Jean Luc ONeil')";
			b = "SELECT rule.same_name('Jean Luc ONeil', 'Jean-Luc O''Neil')";
		}
		expect_text(cases[i].a, with_db_text(w, a), cases[i].same);
		expect_text(cases[i].b, with_db_text(w, b), cases[i].same);
	}
}

/* What Moodle is told of a name, and what user names are made of. */
static void
test_names_for_accounts(void **state)
{
	struct with_db *w = *state;
	static const struct {
		const char *name, *halves, *stem;
	} cases[] = {
		{ "Ana María Díaz", "Ana María/Díaz", "ana.maria.diaz" },
		{ "  Zoe  Zamora ", "Zoe/Zamora", "zoe.zamora" },
		{ "Madonna", "Madonna/-", "madonna" },
		{ "", "ada/-", "ada" }, /* no name: by the address */
		{ "Seán O’Brien-Ní", "Seán/O’Brien-Ní", "sean.obrien.ni" },
		{ "Ελένη Παπαδοπούλου", "Ελένη/Παπαδοπούλου", "ada" }, /* no letter that Moodle takes */
		{ "山田 太郎", "山田/太郎", "ada" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		expect_text(cases[i].name,
		    with_db_text(
			w, arena_printf(&w->arena, "SELECT rule.first_name('%s', 'ada@x.test') || '/' || rule.last_name('%s')",
			       cases[i].name, cases[i].name)),
		    cases[i].halves);
		expect_text(cases[i].name,
		    with_db_text(
			w, arena_printf(&w->arena, "SELECT rule.username_stem('name', '%s', 'ada@x.test')", cases[i].name)),
		    cases[i].stem);
	}
	expect_text(
	    "made of the address", with_db_text(w, "SELECT rule.username_stem('email', 'Ana', 'ada@x.test')"), "ada@x.test");
	expect_text(
	    "of what stands before its @", with_db_text(w, "SELECT rule.username_stem('local', 'Ana', 'ada@x.test')"), "ada");
}

/* Three records of one human, a@ to c@. */
static void
three(struct with_db *w)
{
	with_db_sql(w,
	    "WITH p AS (INSERT INTO ctok.person (tenant_id, email, display_name, known_at) SELECT ctok.current_tenant(), n || "
	    "'@x.test', "
	    "'Ana ' || n, rule.now() FROM unnest(ARRAY['a', 'b', 'c']) AS n RETURNING *),"
	    " k AS (INSERT INTO ctok.contact (tenant_id, email, name) SELECT tenant_id, email, display_name FROM p RETURNING *),"
	    " pk AS (INSERT INTO ctok.person_contact SELECT k.tenant_id, k.contact_id, p.person_id FROM k JOIN p USING (email))"
	    " INSERT INTO ctok.person_email (tenant_id, email, person_id) SELECT tenant_id, email, person_id FROM p");
}

/* "a=a b=a": whose each address and its contact is. */
static const char *
owners(struct with_db *w)
{
	return with_db_text(w, "SELECT string_agg(left(k.email, 1) || '=' || left(p.email, 1) || CASE WHEN n.person_id <> "
			       "k.person_id THEN '!' ELSE '' END, "
			       "' ' ORDER BY k.email) FROM ctok.person_email k JOIN ctok.person p USING (tenant_id, person_id)"
			       " JOIN ctok.contact c ON c.email = k.email JOIN ctok.person_contact n USING (contact_id)");
}

static void
merge(struct with_db *w, const char *record, const char *into, enum err_code code)
{
	struct err err = ERR_INIT;
	int64_t merge_id;
	int rc = person_merge(&w->arena, w->db, w->night.run_id, record, into, &word, &merge_id, &err);

	assert_int_equal(rc, code == ERR_NONE ? 0 : -1);
	assert_int_equal(err.code, code);
}

static void
split(struct with_db *w, const char *record, enum err_code code)
{
	struct err err = ERR_INIT;
	int rc = person_split(&w->arena, w->db, w->night.run_id, record, &word, &err);

	assert_int_equal(rc, code == ERR_NONE ? 0 : -1);
	assert_int_equal(err.code, code);
}

static int64_t
decide(struct with_db *w)
{
	struct err err = ERR_INIT;
	int64_t decided;

	expect_ok("begin", db_begin(w->db, &err), &err);
	expect_ok("decide", party_decide(w->db, &decided, &err), &err);
	expect_ok("commit", db_commit(w->db, &err), &err);
	return decided;
}

static const char *
id(struct with_db *w, const char *email)
{
	return arena_printf(&w->arena, "#%s",
	    with_db_text(w, arena_printf(&w->arena, "SELECT person_id FROM ctok.person WHERE email = '%s'", email)));
}

static void
test_merges_of_merges(void **state)
{
	struct with_db *w = *state;
	const char *a, *b, *c;

	three(w);
	a = id(w, "a@x.test");
	b = id(w, "b@x.test");
	c = id(w, "c@x.test");
	merge(w, b, a, ERR_NONE);
	expect_text("noted", owners(w), "a=a b=b c=c");
	merge(w, a, c, ERR_NONE);
	merge(w, c, a, ERR_USAGE); /* no circle */
	assert_int_equal(decide(w), 2);
	expect_text("in their order, all are the last one's", owners(w), "a=c b=c c=c");
	assert_int_equal(decide(w), 0);
	split(w, b, ERR_USAGE); /* a has it, and is c's */
	split(w, a, ERR_NONE);
	split(w, a, ERR_USAGE); /* asked for already */
	assert_int_equal(decide(w), 1);
	expect_text("with what was part of it", owners(w), "a=a b=a c=c");
	split(w, b, ERR_NONE);
	assert_int_equal(decide(w), 1);
	expect_text("each its own", owners(w), "a=a b=b c=c");
	/* Two that were merged into one come apart in any order. */
	merge(w, b, a, ERR_NONE);
	merge(w, c, a, ERR_NONE);
	assert_int_equal(decide(w), 2);
	split(w, b, ERR_NONE);
	assert_int_equal(decide(w), 1);
	expect_text("the first one first", owners(w), "a=a b=b c=a");
	/* What nobody saw yet is taken back without a trace. */
	merge(w, b, a, ERR_NONE);
	split(w, b, ERR_NONE);
	assert_int_equal(decide(w), 0);
	expect_text("nothing moved", owners(w), "a=a b=b c=a");
}

static void
test_a_merge_waits_while_a_change_is_in_doubt(void **state)
{
	struct with_db *w = *state;
	const char *a, *b;

	three(w);
	a = id(w, "a@x.test");
	b = id(w, "b@x.test");
	merge(w, b, a, ERR_NONE);
	with_db_sql(w,
	    "WITH p AS (INSERT INTO ctok.plan (tenant_id, run_id, made_at) SELECT ctok.current_tenant(), min(run_id), "
	    "rule.now() FROM ctok.run RETURNING *)"
	    " INSERT INTO ctok.action (tenant_id, plan_id, kind, site_id, person_id, reason, trial, role, fingerprint, state)"
	    " SELECT p.tenant_id, p.plan_id, 'create_account', (SELECT min(site_id) FROM ctok.site), (SELECT "
	    "min(person_id) FROM ctok.person), 'paid', "
	    "false, '', 'f', 'sending' FROM p");
	assert_int_equal(decide(w), 0);
	merge(w, "c@x.test", a, ERR_USAGE);
	with_db_sql(w, "UPDATE ctok.action SET state = 'done'");
	assert_int_equal(decide(w), 1);
	expect_text("then it goes on", owners(w), "a=a b=a c=c");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_names_of_one_human, with_db_fresh),
		cmocka_unit_test_setup(test_names_for_accounts, with_db_fresh),
		cmocka_unit_test_setup(test_merges_of_merges, with_db_fresh),
		cmocka_unit_test_setup(test_a_merge_waits_while_a_change_is_in_doubt, with_db_fresh),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
