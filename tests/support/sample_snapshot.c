#include "sample_snapshot.h"

#include <inttypes.h>
#include <string.h>

#include "../../lib/report/snapshot.h"

static const struct {
	const char *name, *email;
} people[] = {
	{ "Ana Díaz Peñalver", "ana.diaz@example.org" },
	{ "Nguyễn Thị Đức Hạnh", "hanh.nguyen@example.net" },
	{ "Łukasz Żółtowski", "lukasz@example.pl" },
	{ "محمد بن عبد الله", "m.abdullah@example.com" },
	{ "王小明", "xiaoming@example.cn" },
	{ "Ἀλέξανδρος Παπαδόπουλος", "alex@example.gr" },
	{ "=HYPERLINK(\"http://evil.example\")", "o.neil@example.org" },
	{ "Chloé d'Arc-Leclerc & Fils", "chloe@example.fr" },
	{ "Jürgen Groß", "jg@example.de" },
	{ "Siobhán O’Brien", "siobhan@example.ie" },
};

static const struct {
	const char *name, *course, *currency;
	int64_t minor;
} products[] = {
	{ "Advanced Cardiac Life Support (online, 2 years)", "ACLS", "EUR", 9900 },
	{ "Basic Life Support", "BLS", "EUR", 4950 },
	{ "Bundle: ACLS and BLS, with renewal", "ACLS, BLS", "EUR", 12900 },
	{ "小児救命コース", "PALS-JP", "JPY", 15000 },
	{ "First aid at work <annual> & refresher", "FAW", "EUR", 2999 },
};

struct totals {
	int64_t units, open, eur, jpy;
};

#define COUNT(array) ((int64_t)(sizeof(array) / sizeof((array)[0])))

/* What unit number ${i} is: 0 matched, 1 open, 2 excluded. */
static int
class_of(int64_t i)
{
	return i % 61 == 7 ? 1 : i % 23 == 5 ? 2 : 0;
}

static int
add(struct snapshot *snapshot, const char *line, struct err *err)
{
	return snapshot_add(snapshot, line, strlen(line), err);
}

/* 2026-08-03 plus so many days, within a few years, without a calendar: months of 28 days. */
static const char *
day(struct arena *arena, int64_t plus)
{
	int64_t months = plus / 28;

	return arena_printf(arena, "%04d-%02d-%02d", (int)(2025 + months / 12), (int)(months % 12 + 1), (int)(plus % 28 + 1));
}

static int
write_cover(struct snapshot *snapshot, const struct sample *sample, struct arena *arena, struct err *err)
{
	const char *lines[] = { "tenant\tAcme Académie & Söhne", "run\t57", "night\t12", "now\t2026-08-03 05:00:11",
		"now_utc\t1785726011", "zone\tEurope/Madrid",
		arena_printf(arena, "documents\t%" PRId64, sample->units - sample->units / 7), "sold_from\t2025-01-01",
		"sold_to\t2026-08-02", sample->trial ? "trial\t1" : "trial\t0" };
	size_t i;

	if (snapshot_begin(snapshot, SECTION_COVER, err) != 0)
		return -1;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (add(snapshot, lines[i], err) != 0)
			return -1;
	if (sample->preview && add(snapshot, "preview\t1", err) != 0)
		return -1;
	if (sample->locale != NULL && add(snapshot, arena_printf(arena, "locale\t%s", sample->locale), err) != 0)
		return -1;
	return snapshot_end(snapshot, err);
}

static int
write_control(struct snapshot *snapshot, const struct sample *sample, const struct totals *t, struct arena *arena, struct err *err)
{
	const char *lines[] = {
		arena_printf(arena,
		    "UNITS_OF_LINES\tUnits of lines\tEvery whole quantity sold is so many units: the quantities of all lines "
		    "against the units kept.\t\t%" PRId64 "\t%" PRId64,
		    t->units + sample->untie, t->units),
		arena_printf(arena,
		    "UNITS_CLASSED\tUnits classed\tEvery unit is matched, open or excluded, exactly once.\t\t%" PRId64 "\t%" PRId64,
		    t->units, t->units),
		arena_printf(arena,
		    "OPEN_IN_FINDINGS\tOpen units in findings\tEvery open unit stands in exactly one open finding on sheet "
		    "Exceptions.\t\t%" PRId64 "\t%" PRId64,
		    t->open, t->open),
		arena_printf(arena,
		    "MONEY_OF_UNITS\tMoney of units\tWhat customers were charged is what the units, shipping, and the differences "
		    "reported as findings add up to.\tEUR\t%" PRId64 "\t%" PRId64,
		    t->eur + 1250, t->eur + 1250),
		arena_printf(arena,
		    "MONEY_OF_UNITS\tMoney of units\tWhat customers were charged is what the units, shipping, and the differences "
		    "reported as findings add up to.\tJPY\t%" PRId64 "\t%" PRId64,
		    t->jpy, t->jpy),
		arena_printf(arena,
		    "MONEY_CHARGED\tCharges\tThe charges recorded one by one add up to the totals of the documents.\tEUR\t%" PRId64
		    "\t%" PRId64,
		    t->eur + 1250, t->eur + 1250),
		"MANAGED_IS_OWED\tAccess is owed\tEvery enrolment of ours that gives access is owed to a sale, is a welcome, or is "
		"a "
		"finding.\t\t1874\t1874",
		"CERTIFICATES_MAILED\tCertificates mailed\tEvery certificate that was issued has its mail, once.\t\t231\t231",
		"WHOLE\tNothing is missing\tWhat every right, account and action was made from is still there.\t\t9004\t9004",
	};
	size_t i;

	if (snapshot_begin(snapshot, SECTION_CONTROL, err) != 0)
		return -1;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (add(snapshot, lines[i], err) != 0)
			return -1;
	if (snapshot_end(snapshot, err) != 0)
		return -1;
	if (snapshot_begin(snapshot, SECTION_BRIDGE, err) != 0)
		return -1;
	/* Sold, settling, test, expected; charged, shipping, unallocated, odd; units; cancelled, refunded, revenue; at home. */
	if (add(snapshot,
		arena_printf(arena,
		    "EUR\t%" PRId64 "\t70000\t5000\t1500\t%" PRId64 "\t1000\t-50\t300\t%" PRId64 "\t1500\t198000\t%" PRId64
		    "\tEUR\t%" PRId64 "\t0",
		    t->eur + 1250 - 76500, t->eur + 1250, t->eur, t->eur + 1250 - 76500 - 199500, t->eur + 1250 - 76500 - 199500),
		err) != 0)
		return -1;
	if (add(snapshot,
		arena_printf(arena, "JPY\t%" PRId64 "\t0\t0\t0\t%" PRId64 "\t0\t0\t0\t%" PRId64 "\t0\t0\t%" PRId64 "\tEUR\t%s",
		    t->jpy, t->jpy, t->jpy, t->jpy, sample->rates > 0 ? "4321\t0" : "\\N\t3"),
		err) != 0)
		return -1;
	return snapshot_end(snapshot, err);
}

/* One finding for each open unit, and some that stand for none. */
static int
write_exceptions(struct snapshot *snapshot, const struct sample *sample, struct arena *arena, struct err *err)
{
	static const char *const others[] = {
		"FD00DDBEEF1\tThe document's own totals do not add "
		"up\tUnexplained\t\t\t\tshop\tSO-10077\t\t0\tEUR\t50\t2026-07-30\t4\t\tCompare the "
		"document in the shop with its lines; often a fee or gift card.\tTOTALS_DIFFER",
		"FD00DDBEEF2\tThe quantity is not a whole number\tPaid without access\t\t\t\tshop\tSO-10102\tBasic Life "
		"Support\t0\tEUR\t300\t2026-08-03\t0"
		"\tquantity 1.5\tCorrect the order in the shop.\tBAD_QUANTITY",
		"FD00DDBEEF3\tEnrolment of ours without a sale\tAccess without money\tSiobhán "
		"O’Brien\tsiobhan@example.ie\tACLS\tcampus\t\t\t0\t\\N\t\\N\t"
		"2026-06-01\t63\t\tFind out who asked for it; end it in Moodle if nobody did.\tACCESS_WITHOUT_SALE",
		"FD00DDBEEF4\tThe mail could not be delivered\tNo money at risk\tJürgen "
		"Groß\tjg@example.de\t\t\t\t\t0\t\\N\t\\N\t2026-08-01\t2\tgrace, code "
		"550\tCorrect the learner's address and send it again with ctok-admin mail retry; or tell them by other means and "
		"drop it.\tMAIL_FAILED",
	};
	int64_t i;

	if (snapshot_begin(snapshot, SECTION_EXCEPTION, err) != 0)
		return -1;
	for (i = 0; i < sample->units; i++) {
		int64_t p = i % COUNT(products), h = i * 7 % COUNT(people);

		if (class_of(i) != 1)
			continue;
		if (add(snapshot,
			arena_printf(arena,
			    "F%010" PRIX64 "\t%s\tPaid without access\t%s\t%s\t%s\t%s\tSO-%" PRId64 "\t%s\t1\t%s\t%" PRId64
			    "\t%s\t%" PRId64 "\t%s\t%s\t%s",
			    (uint64_t)(i * 2654435761) & 0xffffffffff,
			    i % 2 ? "Product without a rule" : "Several Moodle accounts have this address", people[h].name,
			    people[h].email, products[p].course, i % 3 ? "shop" : "campus", 10000 + i, products[p].name,
			    products[p].currency, products[p].minor, day(arena, 540 - i % 50), i % 50, i % 2 ? "" : "2 accounts",
			    i % 2 ? "Add a rule for this product to the configuration, or exclude it there if it is not a course."
				  : "Merge the accounts in Moodle, or change the address of the wrong ones.",
			    i % 2 ? "UNMAPPED_PRODUCT" : "AMBIGUOUS_ACCOUNT"),
			err) != 0)
			return -1;
		arena_reset(arena);
	}
	for (i = 0; i < COUNT(others); i++)
		if (add(snapshot, others[i], err) != 0)
			return -1;
	return snapshot_end(snapshot, err);
}

static int
write_units(struct snapshot *snapshot, const struct sample *sample, struct arena *arena, struct err *err)
{
	static const char *const reasons[] = { "Refunded", "Cancelled", "Test order", "Not paid" };
	int64_t i;

	if (snapshot_begin(snapshot, SECTION_ACCESS, err) != 0)
		return -1;
	for (i = 0; i < sample->units; i++) {
		int64_t p = i % COUNT(products), h = i * 7 % COUNT(people), sold = i * 500 / sample->units;
		int class = class_of(i);

		if (add(snapshot,
			arena_printf(arena,
			    "%" PRId64 "\tshop\tSO-%" PRId64 "\t%s\t%s\t%s\t%s\t%s\t%s\t1\t%s\t%" PRId64 "\t%s\t%s\t%s\t%s\t%s\t%s",
			    100 + i, 10000 + i, day(arena, sold), people[(h + 3) % COUNT(people)].name, people[h].name,
			    people[h].email, products[p].name, class == 2 ? "" : products[p].course, products[p].currency,
			    products[p].minor,
			    class == 0   ? "matched"
			    : class == 1 ? "open"
					 : "excluded",
			    class == 0   ? ""
			    : class == 1 ? (i % 2 ? "Product without a rule" : "Access in Moodle differs from what is owed")
					 : reasons[i % COUNT(reasons)],
			    class == 1 ? arena_printf(arena, "F%010" PRIX64, (uint64_t)(i * 2654435761) & 0xffffffffff) : "",
			    class == 0 ? day(arena, sold) : "\\N", class == 0 && p != 1 ? day(arena, sold + 672) : "\\N",
			    class == 0   ? "active"
			    : class == 1 ? "not enrolled"
					 : ""),
			err) != 0)
			return -1;
		arena_reset(arena);
	}
	return snapshot_end(snapshot, err);
}

static int
write_actions(struct snapshot *snapshot, const struct sample *sample, struct arena *arena, struct err *err)
{
	static const struct {
		const char *kind, *before, *after, *reason, *state, *failure, *code;
	} kinds[] = {
		{ "Make account", "no account", "account", "Paid", "Done", "", "done" },
		{ "Enrol", "not enrolled", "active from 2026-08-03 until 2028-08-25", "Paid", "Done", "", "done" },
		{ "Extend", "active from 2025-01-02 until 2026-08-24", "active from 2025-01-02 until 2028-08-24", "Paid", "Done",
		    "", "done" },
		{ "Suspend", "active from 2024-01-02 until 2026-08-01", "suspended from 2024-01-02 until 2026-08-01",
		    "The paid time and its grace are over", "Held by a brake", "", "held" },
		{ "Enrol", "not enrolled", "active from 2026-08-03, no end", "Paid", "Refused by Moodle",
		    "enrol_manual_enrol_users: the course has no manual enrolment instance", "refused" },
	};
	int64_t i;

	if (snapshot_begin(snapshot, SECTION_ACTION, err) != 0)
		return -1;
	for (i = 0; i < sample->actions; i++) {
		int64_t k = i % 29 == 3 ? 4 : i % 11 == 2 ? 3 : i % 3, h = i * 3 % COUNT(people);

		if (add(snapshot,
			arena_printf(arena, "%" PRId64 "\t%s\tcampus\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", 4000 + i,
			    kinds[k].kind, k == 0 ? "" : products[i % 2].course, people[h].name, people[h].email, kinds[k].before,
			    kinds[k].after, kinds[k].reason, sample->trial ? "Trial" : kinds[k].state,
			    k == 3 || sample->trial ? "\\N" : "2026-08-03 05:02:40", kinds[k].failure,
			    sample->trial ? "trial" : kinds[k].code),
			err) != 0)
			return -1;
		arena_reset(arena);
	}
	return snapshot_end(snapshot, err);
}

static int
write_fields(struct snapshot *snapshot, const struct sample *sample, struct arena *arena, struct err *err)
{
	int64_t i;

	if (snapshot_begin(snapshot, SECTION_FIELD, err) != 0)
		return -1;
	for (i = 0; i < sample->fields; i++) {
		if (add(snapshot,
			arena_printf(arena,
			    "S%" PRId64 "\t2026-08-01\tshop\t%s\t=cmd|' /C calc'!A%" PRId64 "\t%s\tAna\tana@example.org\t", i,
			    i % 2 == 0 ? "company" : "affiliation", i, i % 2 == 0 ? "Buyer" : "Learner"),
			err) != 0)
			return -1;
		arena_reset(arena);
	}
	return snapshot_end(snapshot, err);
}

/* Sold, invoiced and paid; of every second one there is no invoice. */
static int
write_deals(struct snapshot *snapshot, const struct sample *sample, struct arena *arena, struct err *err)
{
	int64_t i;

	if (snapshot_begin(snapshot, SECTION_DEAL, err) != 0)
		return -1;
	for (i = 0; i < sample->deals; i++) {
		if (add(snapshot,
			arena_printf(arena,
			    "S%" PRId64 "\tshop\t2026-08-01\t%s\tEUR\t10000\t%s\t%s\tch_%" PRId64 "\t10000\t0\t0\t0\t%s\t%s", i,
			    i % 2 == 0 ? "Agrees" : "Differs", i % 2 == 0 ? "F1, F2" : "", i % 2 == 0 ? "10000" : "\\N", i,
			    i % 2 == 0 ? "JPY\t1500\t1 EUR = 171.23 JPY (2026-07-31, European Central Bank)"
				       : "JPY\t\\N\tno rate known",
			    i % 2 == 0 ? "agrees" : "differs"),
			err) != 0)
			return -1;
		arena_reset(arena);
	}
	return snapshot_end(snapshot, err);
}

/* Each is what its parts add up to; the last one has 5.00 more than that, when the sample is to be untied. */
static int
write_payouts(struct snapshot *snapshot, const struct sample *sample, struct arena *arena, struct err *err)
{
	int64_t i, more;

	if (snapshot_begin(snapshot, SECTION_PAYOUT, err) != 0)
		return -1;
	for (i = 0; i < sample->payouts; i++) {
		more = sample->untie > 0 && i == sample->payouts - 1 ? 500 : 0;
		if (add(snapshot,
			arena_printf(arena,
			    "po_%" PRId64 "\tpay\tPaid out\t2026-08-01\t2026-08-03\t%" PRId64 "\tEUR\t%" PRId64
			    "\t-1000\t-2000\t-350\t-700\t-100\t2500\t33\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%s",
			    i, i + 7, 10000 + i, 8383 + i + more, more, more,
			    i % 2 == 0 ? "2026-08-04\t8000\t383" : "\\N\t\\N\t\\N"),
			err) != 0)
			return -1;
		arena_reset(arena);
	}
	return snapshot_end(snapshot, err);
}

static int
write_rates(struct snapshot *snapshot, const struct sample *sample, struct arena *arena, struct err *err)
{
	int64_t i;

	if (snapshot_begin(snapshot, SECTION_RATE, err) != 0)
		return -1;
	for (i = 0; i < sample->rates; i++) {
		if (add(snapshot,
			arena_printf(arena, "JPY\tEUR\t2026-08-01\t%s\t%" PRId64 "\t%" PRId64 "\t%s",
			    i % 2 == 0 ? "2026-07-31\t1 EUR = 171.23 JPY\tEuropean Central Bank" : "\\N\tno rate known\t", i + 1,
			    1500 + i, i % 2 == 0 ? "876" : "\\N"),
			err) != 0)
			return -1;
		arena_reset(arena);
	}
	return snapshot_end(snapshot, err);
}

static int
write_expected(struct snapshot *snapshot, const struct sample *sample, struct err *err)
{
	static const char *const lines[] = {
		"First aid\tCPR-2Y\terp\tQuotes\t3\t5\tEUR\t49500\t2026-07-01\t2026-08-20",
		"=1+1\t\tshop\tOrders, not paid\t1\t1\tJPY\t1500\t2026-08-02\t\\N",
	};
	int64_t i;

	if (snapshot_begin(snapshot, SECTION_EXPECTED, err) != 0)
		return -1;
	for (i = 0; i < sample->expected; i++)
		if (add(snapshot, lines[i % COUNT(lines)], err) != 0)
			return -1;
	return snapshot_end(snapshot, err);
}

static int
write_renewals(struct snapshot *snapshot, const struct sample *sample, struct err *err)
{
	static const char *const lines[] = {
		"Ana Díaz\tana@example.org\tCPR-2Y\tFirst aid\tshop\tSO-10101\t2026-08-01\t2026-08-21\tEUR\t9900",
		"=1+1\tx@example.org\tACLS\tACLS\tshop\tSO-10102\t2026-10-31\t2026-11-01\tJPY\t1500",
	};
	int64_t i;

	if (snapshot_begin(snapshot, SECTION_RENEWAL, err) != 0)
		return -1;
	for (i = 0; i < sample->renewals; i++)
		if (add(snapshot, lines[i % COUNT(lines)], err) != 0)
			return -1;
	return snapshot_end(snapshot, err);
}

static int
write_progress(struct snapshot *snapshot, const struct sample *sample, struct arena *arena, struct err *err)
{
	int64_t i;

	if (snapshot_begin(snapshot, SECTION_PROGRESS, err) != 0)
		return -1;
	for (i = 0; i < sample->courses; i++) {
		if (add(snapshot,
			arena_printf(arena, "campus\tCourse %" PRId64 "\t%" PRId64 "\t%s", i, i * 4,
			    i == 0 ? "0\t0\t0\t\\N\t0\t\\N\t0\t\\N\t\\N\t3\t\\N"
				   : "1\t2\t1\t25\t8\t40\t2\t71\t2026-08-02 10:00:00\t0\t2026-08-03 05:00:31"),
			err) != 0)
			return -1;
		arena_reset(arena);
	}
	if (snapshot_end(snapshot, err) != 0 || snapshot_begin(snapshot, SECTION_DROPOFF, err) != 0)
		return -1;
	for (i = 0; i < sample->courses; i++) {
		if (add(snapshot,
			arena_printf(
			    arena, "campus\tCourse 1\t%" PRId64 "\t%s\t%" PRId64 "\t50\t1", i, i == 0 ? "" : "quiz", 4 - i),
			err) != 0)
			return -1;
		arena_reset(arena);
	}
	return snapshot_end(snapshot, err);
}

static int
write_sources(struct snapshot *snapshot, struct err *err)
{
	static const char *const lines[] = {
		"shop\tsource\tsquarespace, sale\tlive\tcomplete\t2026-08-02 04:45:03\t2026-08-03 "
		"05:00:11\t412\t412\t37\t3\t1\t2026-08-03 "
		"05:00:11\t2026-08-03 "
		"04:58:00\t0\t",
		"erp\tsource\tfacturascripts, invoice\ttrial\tincomplete\t2026-08-02 04:45:03\t2026-08-03 "
		"05:00:11\t120\t118\t0\t0\t0\t2026-08-01 "
		"05:00:09\t2026-08-01 04:58:00\t48\tpage 2 of 9 answered 503 five times",
		"campus\tsite\tMoodle 4.5 (Build: 20241007) read level 2\tlive\tcomplete\t\\N\t2026-08-03 "
		"05:00:31\t\\N\t1911\t12\t\\N\t\\N\t2026-08-03 "
		"05:00:31\t\\N\t0\t",
	};
	int64_t i;

	if (snapshot_begin(snapshot, SECTION_SOURCE, err) != 0)
		return -1;
	for (i = 0; i < COUNT(lines); i++)
		if (add(snapshot, lines[i], err) != 0)
			return -1;
	return snapshot_end(snapshot, err);
}

int
sample_snapshot_write(const struct sample *sample, const char *path, struct err *err)
{
	struct totals t = { .units = sample->units };
	struct snapshot *snapshot = NULL;
	struct arena arena = ARENA_INIT;
	int64_t i;
	int rc = -1;

	for (i = 0; i < sample->units; i++) {
		int64_t p = i % COUNT(products);

		*(strcmp(products[p].currency, "EUR") == 0 ? &t.eur : &t.jpy) += products[p].minor;
		t.open += class_of(i) == 1 ? 1 : 0;
	}
	if (snapshot_create(path, &snapshot, err) != 0)
		goto out;
	if (write_cover(snapshot, sample, &arena, err) != 0 || write_control(snapshot, sample, &t, &arena, err) != 0 ||
	    write_exceptions(snapshot, sample, &arena, err) != 0 || write_units(snapshot, sample, &arena, err) != 0 ||
	    write_fields(snapshot, sample, &arena, err) != 0 || write_actions(snapshot, sample, &arena, err) != 0 ||
	    write_deals(snapshot, sample, &arena, err) != 0 || write_payouts(snapshot, sample, &arena, err) != 0 ||
	    write_rates(snapshot, sample, &arena, err) != 0 || write_expected(snapshot, sample, err) != 0 ||
	    write_renewals(snapshot, sample, err) != 0 || write_progress(snapshot, sample, &arena, err) != 0 ||
	    write_sources(snapshot, err) != 0)
		goto out;
	rc = snapshot_publish(snapshot, err);
out:
	snapshot_close(snapshot);
	arena_done(&arena);
	return rc;
}
