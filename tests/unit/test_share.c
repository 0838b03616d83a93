/* Shares of money: the sums are exact, whatever the amounts. */
#include <stdio.h>
#include <stdlib.h>

#include "expect.h"
#include "sales/share.h"
#include "with_db.h"

/* Repeatable noise. */
static uint64_t noise = 42;

static int64_t
random_below(int64_t limit)
{
	noise = noise * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((noise >> 33) % (uint64_t)limit);
}

static void
remainders_go_to_the_largest_then_the_lowest(void **state)
{
	static const struct {
		const char *title;
		int64_t total;
		size_t count;
		int64_t weights[5], shares[5];
	} cases[] = {
		{ "even", 10, 2, { 1, 1 }, { 5, 5 } },
		{ "a tie goes to the lowest", 10, 3, { 1, 1, 1 }, { 4, 3, 3 } },
		{ "two left go to the two lowest", 11, 3, { 1, 1, 1 }, { 4, 4, 3 } },
		{ "the largest remainder first", 2157, 2, { 10800, 13500 }, { 959, 1198 } },
		{ "not the first but the largest", 100, 3, { 1, 1, 4 }, { 17, 17, 66 } },
		{ "a weight of nothing gets nothing", 7, 3, { 0, 2, 1 }, { 0, 5, 2 } },
		{ "a negative weight counts as nothing", 7, 3, { -5, 2, 1 }, { 0, 5, 2 } },
		{ "a negative total mirrors", -10, 3, { 1, 1, 1 }, { -4, -3, -3 } },
		{ "no weight, no shares", 10, 3, { 0, 0, 0 }, { 0, 0, 0 } },
		{ "nothing to share", 0, 2, { 3, 4 }, { 0, 0 } },
		{ "amounts whose product passes 64 bits", INT64_MAX, 2, { INT64_MAX, INT64_MAX },
		    { INT64_MAX / 2 + 1, INT64_MAX / 2 } },
		{ "one alone gets all", 999, 1, { 3 }, { 999 } },
		{ "more to share than there is weight", 1000, 2, { 1, 2 }, { 333, 667 } },
	};
	int64_t shares[5];
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		sales_prorate(cases[i].total, cases[i].weights, cases[i].count, shares);
		for (j = 0; j < cases[i].count; j++) {
			if (shares[j] != cases[i].shares[j])
				fail_msg("%s: share %zu is %lld, not %lld", cases[i].title, j, (long long)shares[j],
				    (long long)cases[i].shares[j]);
		}
	}
}

/* Every total up to 40 over every three weights up to 6: the sum is exact, each share within one unit of the true one, equal weights
 * differ by at most one, in favour of the lower. */
static void
all_small_cases_are_fair(void **state)
{
	int64_t total, a, b, c, w[3], s[3], sum;
	size_t i, j;

	(void)state;
	for (total = -40; total <= 40; total++)
		for (a = 0; a <= 6; a++)
			for (b = 0; b <= 6; b++)
				for (c = 0; c <= 6; c++) {
					w[0] = a;
					w[1] = b;
					w[2] = c;
					sum = a + b + c;
					sales_prorate(total, w, 3, s);
					assert_int_equal(s[0] + s[1] + s[2], sum == 0 ? 0 : total);
					for (i = 0; i < 3 && sum > 0; i++) {
						assert_true(llabs(s[i] * sum - total * w[i]) < sum);
						for (j = 0; j < i; j++) {
							if (w[i] == w[j])
								assert_in_range(llabs(s[j]) - llabs(s[i]), 0, 1);
							else if (w[i] > w[j])
								assert_true(llabs(s[i]) >= llabs(s[j]));
						}
					}
				}
}

static void
amounts_are_quantity_times_price(void **state)
{
	static const struct {
		const char *quantity;
		int64_t price, amount;
		const char *message; /* NULL: no error */
	} cases[] = {
		{ "2", 6000, 12000, NULL },
		{ "1", -50, -50, NULL },
		{ "0", 6000, 0, NULL },
		{ "-1", 6000, -6000, NULL },
		{ "1.5", 6001, 9002, NULL },
		{ "-1.5", 6001, -9002, NULL },
		{ "0.333333", 100, 33, NULL },
		{ "2.0000000", 10, 20, NULL },
		{ "100000", 92233720368547, 9223372036854700000, NULL },
		{ "100001", 1, 0, "quantity \"100001\" is above 100000" },
		{ "99999999999999999999999", 1, 0, "quantity \"99999999999999999999999\" is above 100000" },
		{ "1.0000001", 1, 0, "quantity \"1.0000001\" has more than 6 decimals" },
		{ "", 1, 0, "quantity \"\" is not a decimal number" },
		{ "-", 1, 0, "quantity \"-\" is not a decimal number" },
		{ "1.", 1, 0, "quantity \"1.\" is not a decimal number" },
		{ ".5", 1, 0, "quantity \".5\" is not a decimal number" },
		{ "1e2", 1, 0, "quantity \"1e2\" is not a decimal number" },
		{ "+1", 1, 0, "quantity \"+1\" is not a decimal number" },
		{ "1 ", 1, 0, "quantity \"1 \" is not a decimal number" },
		{ "two", 1, 0, "quantity \"two\" is not a decimal number" },
		{ "100000", INT64_MAX, 0, "quantity \"100000\" at 9223372036854775807 minor units is too large an amount" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct err err = ERR_INIT;
		int64_t amount = 0;
		int rc = sales_amount(cases[i].quantity, cases[i].price, &amount, &err);

		if (cases[i].message != NULL) {
			assert_int_equal(rc, -1);
			expect_err(cases[i].quantity, &err, ERR_DATA, cases[i].message);
			continue;
		}
		expect_ok(cases[i].quantity, rc, &err);
		if (amount != cases[i].amount)
			fail_msg("%s x %lld is %lld, not %lld", cases[i].quantity, (long long)cases[i].price, (long long)amount,
			    (long long)cases[i].amount);
	}
}

static struct sales_document
document_of(struct sales_line *lines, size_t count, int64_t discount, int64_t tax, int64_t shipping, int64_t total, bool included)
{
	return (struct sales_document){ .lines = lines,
		.line_count = count,
		.discount_minor = discount,
		.tax_minor = tax,
		.shipping_minor = shipping,
		.total_minor = total,
		.tax_included = included };
}

static void
what_was_charged_for_each_line(void **state)
{
	struct sales_line lines[2] = { { .key = "a", .quantity = "2", .unit_price_minor = 6000 },
		{ .key = "b", .quantity = "1", .unit_price_minor = 15000 } };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct sales_document document;

	(void)state;
	/* Taxes on top: net adds up to the total less shipping. */
	document = document_of(lines, 2, 2700, 2157, 0, 26457, false);
	expect_ok("exclusive", sales_share(&arena, &document, &err), &err);
	assert_int_equal(lines[0].net_minor, 11759);
	assert_int_equal(lines[1].net_minor, 14698);
	assert_int_equal(document.unallocated_minor, 0);
	/* Taxes inside: they are not added. */
	document = document_of(lines, 2, 2700, 2157, 500, 24800, true);
	expect_ok("inclusive", sales_share(&arena, &document, &err), &err);
	assert_int_equal(lines[0].net_minor, 10800);
	assert_int_equal(lines[1].net_minor, 13500);
	assert_int_equal(document.unallocated_minor, 0);
	/* Totals that disagree: the rest is told, nothing is bent. */
	document = document_of(lines, 2, 2700, 2157, 0, 26500, false);
	expect_ok("disagreeing", sales_share(&arena, &document, &err), &err);
	assert_int_equal(lines[0].net_minor + lines[1].net_minor, 26457);
	assert_int_equal(document.unallocated_minor, 43);
	/* Everything given away: the discount has no more to take from than there is. */
	document = document_of(lines, 2, 27000, 0, 0, 0, false);
	expect_ok("free", sales_share(&arena, &document, &err), &err);
	assert_int_equal(lines[0].net_minor, 0);
	assert_int_equal(lines[1].net_minor, 0);
	assert_int_equal(document.unallocated_minor, 0);
	/* Free lines and taxes that nothing carries. */
	lines[0].unit_price_minor = lines[1].unit_price_minor = 0;
	document = document_of(lines, 2, 100, 50, 20, 70, false);
	expect_ok("nothing to prorate by", sales_share(&arena, &document, &err), &err);
	assert_int_equal(lines[0].net_minor, 0);
	assert_int_equal(document.unallocated_minor, 50);
	/* Ties go by the line's key, not by its place. */
	lines[0] = (struct sales_line){ .key = "b", .quantity = "1", .unit_price_minor = 100 };
	lines[1] = (struct sales_line){ .key = "a", .quantity = "1", .unit_price_minor = 100 };
	document = document_of(lines, 2, 1, 0, 0, 199, false);
	expect_ok("a tie", sales_share(&arena, &document, &err), &err);
	assert_int_equal(lines[0].net_minor, 100);
	assert_int_equal(lines[1].net_minor, 99);
	lines[0].quantity = "x";
	assert_int_equal(sales_share(&arena, &document, &err), -1);
	expect_err("a bad quantity", &err, ERR_DATA, "line \"b\": quantity \"x\" is not a decimal number");
	arena_done(&arena);
}

/* For random orders whose totals agree, the nets add up to the total less shipping, to the minor unit. */
static void
nets_add_up_for_random_orders(void **state)
{
	static const char *const quantities[] = { "1", "2", "3", "7", "0", "100" };
	struct sales_line lines[9];
	struct arena arena = ARENA_INIT;
	int turn;

	(void)state;
	for (turn = 0; turn < 20000; turn++) {
		size_t count = (size_t)random_below(9) + 1, i;
		int64_t amount = 0, line, discount, tax, shipping, sum = 0;
		bool included = random_below(2) == 1;
		struct err err = ERR_INIT;
		struct sales_document document;

		arena_reset(&arena);
		for (i = 0; i < count; i++) {
			lines[i] = (struct sales_line){ .key = "k",
				.quantity = quantities[random_below(6)],
				.unit_price_minor = random_below(4) == 0 ? random_below(10) : random_below(100000) };
			assert_int_equal(sales_amount(lines[i].quantity, lines[i].unit_price_minor, &line, &err), 0);
			amount += line;
		}
		discount = amount > 0 ? random_below(amount + 1) : 0;
		tax = amount - discount > 0 ? random_below(3000) : 0;
		shipping = random_below(1000);
		document = document_of(
		    lines, count, discount, tax, shipping, amount - discount + (included ? 0 : tax) + shipping, included);
		assert_int_equal(sales_share(&arena, &document, &err), 0);
		for (i = 0; i < count; i++) {
			assert_true(lines[i].net_minor >= 0);
			sum += lines[i].net_minor;
		}
		assert_int_equal(document.unallocated_minor, 0);
		assert_int_equal(sum, document.total_minor - shipping);
	}
	arena_done(&arena);
}

static void
a_line_is_split_over_its_units(void **state)
{
	struct with_db *w = *state;

	expect_text("an example",
	    with_db_text(w, "SELECT string_agg(rule.unit_share(11759, 3, i)::text, ' ' ORDER BY i) FROM generate_series(1, 3) i"),
	    "3920 3920 3919");
	expect_text("a negative example",
	    with_db_text(w, "SELECT string_agg(rule.unit_share(-10, 3, i)::text, ' ' ORDER BY i) FROM generate_series(1, 3) i"),
	    "-3 -3 -4");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remainders_go_to_the_largest_then_the_lowest),
		cmocka_unit_test(all_small_cases_are_fair),
		cmocka_unit_test(amounts_are_quantity_times_price),
		cmocka_unit_test(what_was_charged_for_each_line),
		cmocka_unit_test(nets_add_up_for_random_orders),
		cmocka_unit_test(a_line_is_split_over_its_units),
	};

	return cmocka_run_group_tests(tests, with_db_open, with_db_close);
}
