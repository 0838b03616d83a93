/* The sales of the made-up academy, with the skew of real ones: a few products sell most, a few companies buy much, and everything that goes
 * wrong in a shop goes wrong sometimes. */
#include "world_parts.h"

#include <string.h>

#define DAY_US (INT64_C(86400) * 1000000)
#define HOUR_US (INT64_C(3600) * 1000000)
#define VAT_PERMILLE 210

const struct course world_courses[] = {
	{ "BLS", "Basic Life Support", false, true },
	{ "ACLS", "Advanced Cardiac Life Support", false, true },
	{ "PALS", "Pediatric Advanced Life Support", true, true },
	{ "FA90", "Primeros auxilios en 90 días", false, true },
	{ "LANG", "Languages <for> nurses & doctors", false, true },
	{ "LIB", "Library", false, true },
	{ "MATH", "Mathematik für Einsteiger", false, false },
	{ "救命", "救命講習 初級", false, true },
	{ "STAFF", "Staff room", false, true },
};
const size_t world_course_count = sizeof(world_courses) / sizeof(world_courses[0]);

const struct product world_products[] = {
	{ "BLS-2026", "Basic Life Support (online)", "SERVICE", "sku:BLS-2026", { "BLS" }, "P2Y", 14, false, false, "form_or_buyer",
	    6000, "EUR", 300 },
	{ "ACLS-2026", "Advanced Cardiac Life Support", "SERVICE", "sku:ACLS-*", { "ACLS" }, "P2Y", 14, false, false,
	    "form_or_buyer", 15000, "EUR", 170 },
	{ "PALS-2026", "Pediatric Advanced Life Support", "SERVICE", "sku:PALS-2026", { "PALS" }, "P2Y", 14, false, false,
	    "form_or_buyer", 14000, "EUR", 70 },
	{ "BUNDLE-2", "BLS + ACLS together", "SERVICE", "sku:BUNDLE-2", { "BLS", "ACLS" }, "P2Y", 14, false, false, "form_or_buyer",
	    18900, "EUR", 90 },
	{ "BUNDLE-3", "All three certificates", "SERVICE", "sku:BUNDLE-3", { "BLS", "ACLS", "PALS" }, "P2Y", 14, false, false,
	    "form_or_buyer", 29999, "EUR", 30 },
	{ "LIB-MONTH", "Library membership, one month", "SERVICE", "sku:LIB-MONTH", { "LIB" }, "P1M", 7, true, false, "buyer", 1500,
	    "EUR", 60 },
	{ "FA-90", "Primeros auxilios (90 días)", "SERVICE", "sku:FA-90", { "FA90" }, "P90D", 7, false, false, "form_or_buyer",
	    3550, "EUR", 110 },
	{ "LANG-ES", "Languages for nurses: Spanish", "SERVICE", "sku:LANG-*", { "LANG" }, "P1Y", 0, false, false, "form_or_buyer",
	    8999, "EUR", 30 },
	{ "LANG-EN", "Languages for nurses: English", "SERVICE", "sku:LANG-*", { "LANG" }, "P1Y", 0, false, false, "form_or_buyer",
	    8999, "EUR", 30 },
	{ "MATH-FREE", "Mathematik für Einsteiger", "SERVICE", "sku:MATH-FREE", { "MATH" }, NULL, 0, false, false, "form_or_buyer",
	    2000, "EUR", 20 },
	{ "ILS-JP", "救命講習", "SERVICE", "sku:ILS-JP", { "救命" }, "P2Y", 14, false, false, "form_or_buyer", 12000, "JPY", 0 },
	{ NULL, "First aid booklet (PDF)", "DIGITAL", "name:First aid booklet*", { NULL }, NULL, 0, false, true, "buyer", 1250,
	    "EUR", 40 },
	{ "MANIKIN", "Practice manikin", "PHYSICAL", "sku:MANIKIN", { NULL }, NULL, 0, false, true, "buyer", 8900, "EUR", 20 },
	{ "WORKSHOP-X", "Mystery workshop", "SERVICE", NULL, { NULL }, NULL, 0, false, false, "buyer", 4500, "EUR", 12 },
};
const size_t world_product_count = sizeof(world_products) / sizeof(world_products[0]);

enum { LIBRARY = 5, JAPANESE = 10 };

static size_t
choose_product(struct rng *rng)
{
	size_t total = 0, i, n;

	for (i = 0; i < world_product_count; i++)
		total += world_products[i].weight;
	n = rng_below(rng, total);
	for (i = 0; n >= world_products[i].weight; i++)
		n -= world_products[i].weight;
	return i;
}

/* Somebody new, or somebody who was here before: those who came early come back most. */
static size_t
choose_person(struct world *world)
{
	size_t n = world->people_count;

	if (n < 10 || rng_permille(&world->rng, 680))
		return world_person(world, /* company= */ false);
	n = rng_below(&world->rng, rng_below(&world->rng, n) + 1);
	return world->people[n].company ? world_person(world, /* company= */ false) : n;
}

static size_t
choose_company(struct world *world)
{
	size_t i, n = 0, wanted;

	for (i = 0; i < world->people_count; i++)
		n += world->people[i].company ? 1 : 0;
	if (n == 0 || (n < 12 && rng_permille(&world->rng, 300)))
		return world_person(world, /* company= */ true);
	/* The first company buys as much as all others. */
	wanted = rng_permille(&world->rng, 500) ? 0 : rng_below(&world->rng, n);
	for (i = 0;; i++)
		if (world->people[i].company && wanted-- == 0)
			return i;
}

static struct line *
add_line(struct world *world, struct sale *sale, size_t product, int64_t learner)
{
	struct line *line = &sale->lines[sale->line_count++];

	line->product = product;
	line->quantity = 1;
	line->learner = learner;
	line->spelling = (unsigned)rng_next(&world->rng);
	if (world_products[product].exclude || strcmp(world_products[product].learner, "buyer") == 0) {
		line->learner = -1;
		line->empty_form = true;
	}
	return line;
}

/* The next month of somebody's membership, if anybody's is due. */
static bool
renew_membership(struct world *world, struct sale *sale)
{
	size_t i, k;

	for (i = world->sale_count; i > 0 && i + 400 > world->sale_count; i--) {
		const struct sale *old = &world->sales[i - 1];
		int64_t age = sale->at_us - old->at_us;

		if (old->lines[0].product != LIBRARY || old->test || age < 27 * DAY_US || age > 40 * DAY_US ||
		    rng_permille(&world->rng, 400))
			continue;
		for (k = i; k < world->sale_count; k++)
			if (world->sales[k].buyer == old->buyer && world->sales[k].lines[0].product == LIBRARY)
				break;
		if (k < world->sale_count)
			continue;
		sale->buyer = old->buyer;
		add_line(world, sale, LIBRARY, -1);
		return true;
	}
	return false;
}

static void
fill_cart(struct world *world, struct sale *sale)
{
	struct rng *rng = &world->rng;
	size_t kind = rng_below(rng, 1000), i, n;

	if (renew_membership(world, sale))
		return;
	if (kind < 15) {
		/* A yen sale, for the buyer. */
		sale->buyer = choose_person(world);
		sale->currency = "JPY";
		add_line(world, sale, JAPANESE, (int64_t)sale->buyer);
	} else if (kind < 85) {
		/* A company: several seats, the form names the first learner only. */
		sale->buyer = choose_company(world);
		n = rng_permille(rng, 300) ? 2 : 1;
		for (i = 0; i < n; i++)
			add_line(world, sale, choose_product(rng), (int64_t)choose_person(world))->quantity =
			    rng_between(rng, 2, 5);
	} else if (kind < 220) {
		/* For somebody else. */
		sale->buyer = choose_person(world);
		add_line(world, sale, choose_product(rng), (int64_t)choose_person(world));
	} else if (kind < 300) {
		/* Several things for oneself. */
		sale->buyer = choose_person(world);
		n = (size_t)rng_between(rng, 2, LINES_MAX);
		for (i = 0; i < n; i++)
			add_line(world, sale, choose_product(rng), (int64_t)sale->buyer);
	} else if (kind < 350 && world->sale_count > 20) {
		/* Again what was bought before. */
		const struct sale *old = &world->sales[rng_below(rng, world->sale_count)];

		sale->buyer = old->buyer;
		sale->currency = old->currency;
		add_line(world, sale, old->lines[0].product, old->lines[0].learner);
	} else {
		/* One thing for oneself; the form names the buyer, or was left empty. */
		sale->buyer = choose_person(world);
		add_line(world, sale, choose_product(rng), rng_permille(rng, 250) ? -1 : (int64_t)sale->buyer)->empty_form =
		    rng_permille(rng, 500);
	}
}

static int64_t
rounded(int64_t amount, int64_t numerator, int64_t denominator)
{
	return (amount * numerator * 2 + denominator) / (denominator * 2);
}

static void
reckon(struct world *world, struct sale *sale)
{
	struct rng *rng = &world->rng;
	int64_t net;
	size_t i;

	for (i = 0; i < sale->line_count; i++)
		sale->subtotal += world_products[sale->lines[i].product].price_minor * sale->lines[i].quantity;
	if (rng_permille(rng, 120))
		sale->discount = rounded(sale->subtotal, rng_permille(rng, 800) ? 10 : 25, 100);
	if (rng_permille(rng, 15))
		sale->shipping = strcmp(sale->currency, "JPY") == 0 ? 600 : 490;
	net = sale->subtotal - sale->discount;
	sale->inclusive = rng_permille(rng, 500);
	if (sale->inclusive) {
		sale->tax = rounded(net, VAT_PERMILLE, 1000 + VAT_PERMILLE);
		sale->total = net + sale->shipping;
	} else {
		sale->tax = rounded(net, VAT_PERMILLE, 1000);
		sale->total = net + sale->tax + sale->shipping;
	}
}

/* What happens to it afterwards: nothing, mostly. */
static void
decide_fate(struct world *world, struct sale *sale)
{
	struct rng *rng = &world->rng;
	size_t fate = rng_below(rng, 1000);
	int64_t later = sale->at_us + rng_between(rng, 3600, 30 * 86400) * 1000000 + rng_between(rng, 0, 999) * 1000;

	if (fate < 15) {
		sale->test = true;
	} else if (fate < 27) {
		sale->unpaid = true;
	} else if (fate < 40) {
		/* Cancelled; the money goes back, or stays. */
		sale->cancelled_us = later;
		if (rng_permille(rng, 600)) {
			sale->refunded_us = later;
			sale->refunded = sale->total;
		}
	} else if (fate < 72) {
		/* Whole, or all but the shipping. */
		sale->refunded_us = later;
		sale->refunded = rng_permille(rng, 500) ? sale->total : sale->total - sale->shipping;
	} else if (fate < 95) {
		/* A part: of a single unit it is goodwill, of several nobody says which. */
		sale->refunded_us = later;
		sale->refunded = rounded(sale->total, rng_between(rng, 10, 60), 100);
	}
	sale->point_of_sale = fate >= 990;
}

void
world_sell(struct world *world)
{
	const struct world_spec *spec = world->spec;
	/* The last one of the past is an hour old, so that a reader who leaves out the last minutes sees it. */
	int64_t span_us = spec->days * DAY_US - HOUR_US, step_us = span_us / spec->sales, i;
	int64_t total = spec->sales + spec->sales * spec->ahead / spec->days;

	for (i = 0; i < total; i++) {
		struct sale *sale = &world->sales[world->sale_count];

		memset(sale, 0, sizeof(*sale));
		sale->number = 1001 + i;
		sale->at_us = spec->start_utc * 1000000 + i * step_us + (i < spec->sales ? 0 : HOUR_US) +
			      rng_between(&world->rng, 0, step_us > 1000 ? step_us / 1000 - 1 : 0) * 1000;
		sale->currency = "EUR";
		sale->spelling = (unsigned)rng_next(&world->rng);
		sale->dice = (unsigned)rng_next(&world->rng);
		fill_cart(world, sale);
		reckon(world, sale);
		decide_fate(world, sale);
		sale->numeric = rng_permille(&world->rng, 100);
		world->sale_count++;
	}
}
