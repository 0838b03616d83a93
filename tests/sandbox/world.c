/* A whole world from one number: people, sales and what staff had done in Moodle by hand before. It is generated here, written to tables of
 * schema `world`, and from there, by SQL, becomes Moodle's and the shop's tables, planned events, and the numbers to expect. */
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "reply.h"
#include "sandbox-sql.h"
#include "world_parts.h"

#define MOST_SALES 5000000

int
world_parse(const char *text, int64_t today_utc, struct world_spec *ret_spec, struct err *err)
{
	struct world_spec spec = { .seed = 1, .sales = 0, .days = 200, .ahead = 30 };
	bool started = false;
	const char *end;

	for (; *text != '\0'; text = *end == ',' ? end + 1 : end) {
		char name[16], value[40];
		const char *equals = strchr(text, '=');
		int64_t number = 0;

		end = text + strcspn(text, ",");
		if (equals == NULL || equals > end || (size_t)(equals - text) >= sizeof(name) ||
		    (size_t)(end - equals) > sizeof(value))
			return err_set(err, ERR_USAGE, "world \"%.40s\" is not name=value", text);
		snprintf(name, sizeof(name), "%.*s", (int)(equals - text), text);
		snprintf(value, sizeof(value), "%.*s", (int)(end - equals - 1), equals + 1);
		if (strcmp(name, "start") == 0) {
			started = true;
			if ((strchr(value, 'T') == NULL ? clock_parse_date(value, &spec.start_utc, err)
							: clock_parse(value, &spec.start_utc, NULL, err)) != 0)
				return -1;
			continue;
		}
		if (text_int64(value, &number, err) != 0)
			return err_wrap(err, "world part \"%s\"", name);
		if (number < 0)
			return err_set(err, ERR_USAGE, "world part \"%s\" is below zero", name);
		if (strcmp(name, "seed") == 0)
			spec.seed = (uint64_t)number;
		else if (strcmp(name, "sales") == 0)
			spec.sales = number;
		else if (strcmp(name, "days") == 0)
			spec.days = number;
		else if (strcmp(name, "ahead") == 0)
			spec.ahead = number;
		else
			return err_set(err, ERR_USAGE, "a world has no \"%s\"", name);
	}
	if (spec.sales < 1 || spec.sales > MOST_SALES)
		return err_set(err, ERR_USAGE, "a world has 1 to %d sales", MOST_SALES);
	if (spec.days < 1)
		return err_set(err, ERR_USAGE, "a world lasts a day at least");
	if (!started)
		spec.start_utc = today_utc - spec.days * 86400;
	spec.now_utc = spec.start_utc + spec.days * 86400;
	*ret_spec = spec;
	return 0;
}

/* A field of COPY's text format, then a tab; NULL is \N. */
static void
field(struct buf *out, const char *text)
{
	if (text == NULL) {
		buf_text(out, "\\N\t");
		return;
	}
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			buf_text(out, "\\\\");
		else if (*text == '\t')
			buf_text(out, "\\t");
		else if (*text == '\n')
			buf_text(out, "\\n");
		else
			buf_char(out, *text);
	}
	buf_char(out, '\t');
}

static void
number(struct buf *out, int64_t value)
{
	buf_printf(out, "%" PRId64 "\t", value);
}

static void
end_row(struct buf *out)
{
	out->data[out->len - 1] = '\n';
}

static int
send(struct pg *pg, const char *statement, struct buf *out, struct err *err)
{
	int rc = pg_copy(pg, statement, out->data, out->len, err);

	buf_reset(out);
	return rc;
}

static int
copy_catalogue(const struct world *world, struct pg *pg, struct buf *out, struct err *err)
{
	struct buf doc;
	size_t i, k;

	for (i = 0; i < world_course_count; i++) {
		number(out, (int64_t)i + 2);
		field(out, world_courses[i].code);
		field(out, world_courses[i].name);
		field(out, world_courses[i].visible ? "t" : "f");
		field(out, world_courses[i].teacher ? "t" : "f");
		end_row(out);
	}
	if (send(pg, "COPY world.course FROM STDIN", out, err) != 0)
		return -1;
	buf_init(&doc, 1 << 20);
	for (i = 0; i < world_product_count; i++) {
		const struct product *product = &world_products[i];
		const char *courses = "{";

		for (k = 0; k < COURSES_OF_PRODUCT_MAX && product->courses[k] != NULL; k++)
			courses = arena_printf(world->arena, "%s%s%s", courses, k == 0 ? "" : ",", product->courses[k]);
		buf_reset(&doc);
		world_product_document(world, i, &doc);
		number(out, (int64_t)i);
		field(out, arena_printf(world->arena, "%s}", courses));
		field(out, product->term);
		number(out, product->grace_days);
		field(out, product->exclude ? "t" : "f");
		field(out, product->match == NULL ? "f" : "t");
		field(out, product->learner);
		field(out, doc.data);
		end_row(out);
	}
	buf_done(&doc);
	return send(pg, "COPY world.product FROM STDIN", out, err);
}

static int
copy_people(const struct world *world, struct pg *pg, struct buf *out, struct err *err)
{
	size_t i;

	for (i = 0; i < world->people_count; i++) {
		number(out, (int64_t)i);
		field(out, world->people[i].email);
		field(out, world->people[i].first);
		field(out, world->people[i].last);
		number(out, (int64_t)world->people[i].account);
		end_row(out);
	}
	return send(pg, "COPY world.person FROM STDIN", out, err);
}

static int
copy_sales(const struct world *world, struct pg *pg, struct buf *out, struct err *err)
{
	size_t i, k;

	for (i = 0; i < world->sale_count; i++) {
		const struct sale *sale = &world->sales[i];

		number(out, sale->number);
		field(out, world_moment(world->arena, sale->at_us, 6));
		if (sale->point_of_sale)
			field(out, NULL);
		else
			number(out, (int64_t)sale->buyer);
		field(out, sale->test ? "t" : "f");
		field(out, sale->unpaid ? "t" : "f");
		field(out, sale->currency);
		number(out, sale->subtotal);
		number(out, sale->discount);
		number(out, sale->tax);
		number(out, sale->shipping);
		number(out, sale->total);
		field(out, sale->cancelled_us == 0 ? NULL : world_moment(world->arena, sale->cancelled_us, 6));
		field(out, sale->refunded_us == 0 ? NULL : world_moment(world->arena, sale->refunded_us, 6));
		number(out, sale->refunded);
		end_row(out);
	}
	if (send(pg, "COPY world.sale FROM STDIN", out, err) != 0)
		return -1;
	for (i = 0; i < world->sale_count; i++) {
		for (k = 0; k < world->sales[i].line_count; k++) {
			const struct line *line = &world->sales[i].lines[k];

			number(out, world->sales[i].number);
			number(out, (int64_t)k + 1);
			number(out, (int64_t)line->product);
			number(out, line->quantity);
			number(out, world_products[line->product].price_minor * line->quantity);
			if (line->learner < 0)
				field(out, NULL);
			else
				number(out, line->learner);
			end_row(out);
		}
	}
	return send(pg, "COPY world.line FROM STDIN", out, err);
}

/* Every version of every document, as an event at its moment; those that are past happen at once. */
static int
copy_documents(struct world *world, struct pg *pg, struct buf *out, struct err *err)
{
	struct arena *keep = world->arena, page = ARENA_INIT;
	struct buf doc;
	int rc = -1;
	size_t i, k;

	buf_init(&doc, 1 << 24);
	world->arena = &page;
	for (i = 0; i < world->sale_count; i++) {
		const struct sale *sale = &world->sales[i];
		int64_t moments[3] = { sale->at_us + 1700000, sale->cancelled_us, sale->refunded_us };

		for (k = 0; k < 3; k++) {
			if (moments[k] == 0 || (k == 2 && moments[2] == moments[1]))
				continue;
			buf_reset(&doc);
			world_order(world, sale, moments[k], &doc);
			number(out, moments[k] / 1000000 + 1);
			field(out, "order");
			field(out, world_order_id(&page, sale));
			field(out, doc.data);
			end_row(out);
			buf_reset(&doc);
			world_document(world, sale, moments[k], &doc);
			number(out, moments[k] / 1000000 + 2);
			field(out, "document");
			field(out, arena_printf(&page, "7a0e4c6b-0000-4e42-a932-%012" PRIx64, (uint64_t)sale->number));
			field(out, doc.data);
			end_row(out);
		}
		arena_reset(&page);
		if (out->len > 32 << 20 && send(pg, "COPY sandbox.event (at, kind, subject, doc) FROM STDIN", out, err) != 0)
			goto out;
	}
	if (send(pg, "COPY sandbox.event (at, kind, subject, doc) FROM STDIN", out, err) != 0)
		goto out;
	rc = 0;
out:
	world->arena = keep;
	arena_done(&page);
	buf_done(&doc);
	return rc;
}

/* What staff did by hand before anybody thought of a program, and when people finish their courses: one roll of the dice for every
 * pair of person and course that a sale brings together; SQL makes of it what fits the dates. */
static int
copy_dice(struct world *world, struct pg *pg, struct buf *out, struct err *err)
{
	size_t i, k;

	for (i = 0; i < world->sale_count; i++) {
		for (k = 0; k < world->sales[i].line_count; k++) {
			number(out, world->sales[i].number);
			number(out, (int64_t)k + 1);
			number(out, (int64_t)rng_below(&world->rng, 1000));
			number(out, (int64_t)rng_below(&world->rng, 1000));
			number(out, rng_between(&world->rng, 2 * 86400, 60 * 86400));
			end_row(out);
		}
	}
	return send(pg, "COPY world.dice FROM STDIN", out, err);
}

int
world_make(struct arena *arena, struct pg *pg, const struct world_spec *spec, struct err *err)
{
	struct world world = { .spec = spec, .arena = arena, .rng = { spec->seed } };
	struct buf out;
	int rc = -1;

	world.sale_max = (size_t)(spec->sales + spec->sales * spec->ahead / spec->days) + 1;
	world.people_max = world.sale_max * 4 + 100;
	world.sales = ARENA_ARRAY(arena, world.sale_max, struct sale);
	world.people = ARENA_ARRAY(arena, world.people_max, struct person);
	buf_init(&out, SIZE_MAX / 2);
	world_sell(&world);
	if (pg_script(pg, sql_world_schema, err) != 0)
		goto out;
	if (pg_run(pg, "INSERT INTO sandbox.setting VALUES ('world_now', $1), ('world_start', $2)",
		PG_ARGS(pg_number(arena, spec->now_utc), pg_number(arena, spec->start_utc)), NULL, err) != 0)
		goto out;
	if (copy_catalogue(&world, pg, &out, err) != 0 || copy_people(&world, pg, &out, err) != 0 ||
	    copy_sales(&world, pg, &out, err) != 0 || copy_dice(&world, pg, &out, err) != 0 ||
	    copy_documents(&world, pg, &out, err) != 0)
		goto out;
	if (pg_script(pg, "ANALYZE world.course, world.product, world.person, world.sale, world.line, world.dice, sandbox.event",
		err) != 0)
		goto out;
	if (pg_script(pg, sql_world_views, err) != 0 || pg_script(pg, sql_world_seed, err) != 0)
		goto out;
	if (pg_run(pg, sql_advance, PG_ARGS(pg_number(arena, spec->now_utc)), NULL, err) != 0)
		goto out;
	rc = 0;
out:
	buf_done(&out);
	return rc;
}

void
world_rules(struct buf *out)
{
	size_t i, k, n = 0;

	buf_text(out, "products = (\n");
	for (i = 0; i < world_product_count; i++) {
		const struct product *product = &world_products[i];

		/* Products of one pattern share a rule. */
		for (k = 0; k < i; k++)
			if (product->match != NULL && world_products[k].match != NULL &&
			    strcmp(product->match, world_products[k].match) == 0)
				break;
		if (product->match == NULL || k < i)
			continue;
		buf_printf(out, "%s  { source = \"shop\"; match = \"%s\";", n++ == 0 ? "" : ",\n", product->match);
		if (product->exclude) {
			buf_text(out, " exclude = true; }");
			continue;
		}
		buf_text(out, " site = \"campus\"; courses = (");
		for (k = 0; k < COURSES_OF_PRODUCT_MAX && product->courses[k] != NULL; k++)
			buf_printf(out, "%s\"%s\"", k == 0 ? "" : ", ", product->courses[k]);
		buf_text(out, ");");
		if (product->term != NULL)
			buf_printf(out, " term = \"%s\";", product->term);
		buf_printf(out, " grace_days = %d; learner = \"%s\";", product->grace_days, product->learner);
		if (product->renews)
			buf_text(out, " renews = true;");
		buf_text(out, " }");
	}
	buf_text(out, "\n);\n");
}
