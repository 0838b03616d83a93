/* The sources of a play: what happens in its worlds, as documents, settlements and subscriptions that are handed to the ledger. */
#include "life_world.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "adapter/crypto.h"
#include "base/text.h"
#include "sales/ledger.h"
#include "sales/refer.h"
#include "sales/share.h"

static struct life_paper *
paper_of(struct life_play *play, struct life_world *world, const char *id)
{
	struct life_paper *paper;

	for (paper = world->papers; paper != NULL && strcmp(paper->id, id) != 0;)
		paper = paper->next;
	if (paper == NULL) {
		paper = ARENA_NEW(&play->w->keep, struct life_paper);
		*paper = (struct life_paper){ .id = id, .modified_us = INT64_MIN, .next = world->papers };
		world->papers = paper;
	}
	return paper;
}

static void
pay(struct life_play *play, struct life_paper *paper, enum sales_money kind, int64_t amount_minor, int64_t at_us)
{
	struct sales_payment *more = ARENA_ARRAY(&play->w->keep, paper->payment_count + 1, struct sales_payment);

	if (amount_minor == 0)
		return;
	if (paper->payment_count > 0)
		memcpy(more, paper->payments, paper->payment_count * sizeof(*more));
	more[paper->payment_count] = (struct sales_payment){ .key = arena_printf(&play->w->keep, "%zu", paper->payment_count + 1),
		.amount_minor = amount_minor,
		.effective_us = at_us,
		.kind = kind };
	paper->payments = more;
	paper->payment_count++;
	if (kind == SALES_MONEY_PAID)
		paper->paid_minor += amount_minor;
	else
		paper->refunded_minor -= amount_minor;
}

static const struct sales_contact *
person(struct arena *arena, const struct life_world *world, const char *who)
{
	struct sales_contact *contact = ARENA_NEW(arena, struct sales_contact);

	*contact = (struct sales_contact){ .email = arena_printf(arena, "%s%lld@x.test", who, (long long)world->number),
		.name = arena_printf(arena, "%s of %lld", strcmp(who, "p") == 0 ? "Pat" : "Quinn", (long long)world->number),
		.raw_email = "" };
	return contact;
}

/* The time that the source says a line pays for, if it says one. */
static void
period_of(const struct json *from, struct sales_line *line)
{
	const struct json *period = json_get(from, "period");

	if (json_is_null(period))
		return;
	assert_int_equal(period->count, 2);
	line->period_from_us = life_moment_us(period->items[0].text);
	line->period_to_us = life_moment_us(period->items[1].text);
}

/* A version of a document as a source would hand it over. */
static void
hand_over(struct life_play *play, struct ledger *ledger, const struct life_world *world, const struct life_paper *paper)
{
	struct arena *arena = &play->w->arena;
	const struct json *lines = json_get(paper->said, "lines");
	bool note = paper->corrects != NULL;
	struct err err = ERR_INIT;
	const char *sub = life_text(paper->said, "sub");
	struct sales_document d = { .kind = note ? "credit_note" : life_text(paper->said, "kind"),
		.external_id = arena_printf(arena, "%lld-%s", (long long)world->number, paper->id),
		.corrects = note ? arena_printf(arena, "%lld-%s", (long long)world->number, paper->corrects) : NULL,
		.effective_us = life_moment_us(life_text(paper->said, "at")),
		.modified_us = paper->modified_us,
		.status = paper->status,
		.currency = "EUR",
		.total_minor = life_number(paper->said, "total") * (note ? -1 : 1),
		.refunded_minor = note ? SALES_UNKNOWN : paper->refunded_minor,
		.paid_minor = paper->paid_minor,
		.tax_included = true,
		.buyer = person(arena, world, "q"),
		.payments = paper->payments,
		.payment_count = paper->payment_count };
	size_t i;

	d.number = d.external_id;
	d.discount_minor = note ? 0 : life_number(paper->said, "discount");
	d.shipping_minor = note ? 0 : life_number(paper->said, "shipping");
	d.lines = ARENA_ARRAY(arena, lines->count + 1, struct sales_line);
	for (i = 0; i < lines->count; i++) {
		const struct json *from = &lines->items[i];
		struct sales_line *line = &d.lines[d.line_count++];

		*line = (struct sales_line){ .product_key = "", .variant_key = "", .name = "A course", .sku = "" };
		line->quantity = arena_printf(arena, "%lld", (long long)life_number(from, "qty") * (note ? -1 : 1));
		if (note) {
			line->key = arena_printf(arena, "%zu", i + 1);
			line->corrects = life_text(from, "corrects");
			line->unit_price_minor = life_number(from, "amount");
			line->net_minor = -life_number(from, "amount");
			d.subtotal_minor += line->net_minor;
		} else {
			line->key = life_text(from, "line");
			line->sku = arena_printf(arena, "G%zu-%s", world->group, life_text(from, "sku"));
			line->unit_price_minor = life_number(from, "unit");
			line->learner = person(arena, world, life_text(from, "learner"));
			period_of(from, line);
			d.subtotal_minor += line->unit_price_minor * life_number(from, "qty");
		}
	}
	if (note)
		d.unallocated_minor = d.total_minor - d.subtotal_minor;
	else
		life_must(sales_share(arena, &d, &err), "share", &err);
	sales_refer(arena, &d, "transaction", arena_printf(arena, "pay-%lld-%s", (long long)world->number, paper->id));
	if (sub != NULL)
		sales_refer(arena, &d, "subscription", arena_printf(arena, "%lld-%s", (long long)world->number, sub));
	d.payload = arena_printf(arena, "%s %lld", d.external_id, (long long)paper->modified_us);
	d.payload_len = strlen(d.payload);
	life_must(ledger_add(ledger, &d, &err), d.external_id, &err);
}

static void
settle(struct life_play *play, struct ledger *ledger, const struct life_world *world, const struct json *event)
{
	struct arena *arena = &play->w->arena;
	const char *what = life_text(event, "do");
	int64_t amount = life_number(event, "amount");
	struct sales_settlement s = { .kind = what,
		.key = arena_printf(arena, "%lld-%s", (long long)world->number, life_text(event, "dispute")),
		.payment = arena_printf(arena, "pay-%lld-%s", (long long)world->number, life_text(event, "doc")),
		.intent = "",
		.currency = "EUR",
		.effective_us = life_moment_us(life_text(event, "at")) };
	struct err err = ERR_INIT;

	/* The money is taken at the opening; won, it comes back. */
	s.amount_minor = strcmp(what, "dispute_opened") == 0 ? -amount : strcmp(what, "dispute_won") == 0 ? amount : 0;
	life_must(ledger_settlement(ledger, &s, &err), what, &err);
}

static void
subscribe(struct life_play *play, struct ledger *ledger, const struct life_world *world, const struct json *event)
{
	const char *cancel = life_text(event, "cancel_at"), *ended = life_text(event, "ended_at"),
		   *paid_to = life_text(event, "paid_to");
	struct sales_subscription s = { .key = arena_printf(
					    &play->w->arena, "%lld-%s", (long long)world->number, life_text(event, "sub")),
		.status = life_text(event, "status"),
		.paused = json_get(event, "paused")->truth,
		.period_to_us = paid_to != NULL ? life_moment_us(paid_to) : SALES_UNKNOWN,
		.cancel_us = cancel != NULL ? life_moment_us(cancel) : SALES_UNKNOWN,
		.ended_us = ended != NULL ? life_moment_us(ended) : SALES_UNKNOWN };
	struct err err = ERR_INIT;

	life_must(ledger_subscription(ledger, &s, &err), "subscription", &err);
}

/* One event, as the source shows it: facts as they are, and the document in a new version. */
static void
tell(struct life_play *play, struct ledger *ledger, struct life_world *world, const struct json *event)
{
	const char *what = life_text(event, "do"), *doc = life_text(event, "doc");
	int64_t at_us = life_moment_us(life_text(event, "at"));
	struct life_paper *paper;

	if (strcmp(what, "subscription") == 0) {
		subscribe(play, ledger, world, event);
		return;
	}
	if (strncmp(what, "dispute_", 8) == 0) {
		settle(play, ledger, world, event);
		return;
	}
	paper = paper_of(play, world, doc);
	if (strcmp(what, "vanish") == 0) {
		ledger_absent(ledger, arena_printf(&play->w->arena, "%lld-%s", (long long)world->number, doc));
		return;
	}
	if (strcmp(what, "sell") == 0) {
		paper->said = event;
		paper->status = strcmp(life_text(event, "status"), "paid") == 0 ? SALES_PAID : SALES_UNPAID;
		if (paper->status == SALES_PAID)
			pay(play, paper, SALES_MONEY_PAID, life_number(event, "total"), at_us);
	} else if (strcmp(what, "pay") == 0) {
		paper->status = SALES_PAID;
		pay(play, paper, SALES_MONEY_PAID, life_number(paper->said, "total") - paper->paid_minor, at_us);
	} else if (strcmp(what, "unpay") == 0) {
		paper->status = SALES_UNPAID;
		pay(play, paper, SALES_MONEY_PAID, -paper->paid_minor, at_us);
	} else if (strcmp(what, "refund") == 0) {
		pay(play, paper, SALES_MONEY_REFUND, -life_number(event, "amount"), at_us);
	} else if (strcmp(what, "note") == 0) {
		paper->said = event;
		paper->corrects = life_text(event, "corrects");
		paper->status = SALES_PAID;
		pay(play, paper, SALES_MONEY_PAID, -life_number(event, "paid"), at_us);
	} else if (strcmp(what, "cancel") == 0) {
		paper->status = SALES_CANCELLED;
	} else {
		fail_msg("nobody knows what \"%s\" is", what);
	}
	/* A fact that came late is told by a later version, too. */
	paper->modified_us = at_us > paper->modified_us ? at_us : paper->modified_us + 1;
	hand_over(play, ledger, world, paper);
}

/* Read a source: all that it had to show up to this night and could not yet. */
void
life_pull(struct life_play *play, size_t source, size_t night)
{
	static const uint8_t key[CRYPTO_KEY_BYTES];
	struct with_db *w = play->w;
	const struct ledger_plan plan = {
		.db = w->db, .night = &w->night, .source = &w->tenant.sources[source], .master_key = key
	};
	struct err err = ERR_INIT, why = ERR_INIT;
	struct ledger_counts counts;
	struct ledger *ledger;
	size_t i, n;

	life_must(ledger_open(&plan, &ledger, &err), "open", &err);
	if (play->sources[source].silent[night]) {
		(void)err_set(&why, ERR_SERVICE, "could not connect");
		life_must(ledger_fail(ledger, &why, &err), "fail", &err);
		ledger_close(ledger);
		return;
	}
	for (i = 0; i < play->world_count; i++) {
		struct life_world *world = &play->worlds[i];

		arena_reset(&w->arena);
		for (n = 0; n < world->events->count; n++) {
			const struct json *event = &world->events->items[n];

			if (world->told[n] || world->sources[n] != source || life_number(event, "night") > (int64_t)night)
				continue;
			tell(play, ledger, world, event);
			world->told[n] = true;
		}
	}
	life_must(ledger_commit(ledger, &counts, &err), "commit", &err);
	ledger_close(ledger);
	arena_reset(&w->arena);
}
