/* Worlds of accesses, read from their lines. Worlds share what they have in common: one source for each way of being silent (a source's silence makes the
 * ends of its courses wait, and of no others), and one set of product rules, with courses of its own, for each set that the worlds name. */
#include "life_world.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "db/rules.h"
#include "db/store.h"
#include "entitle/entitle.h"

#define WORLD_MAX_BYTES (1 << 20)

void
life_must(int rc, const char *what, const struct err *err)
{
	if (rc != 0)
		fail_msg("%s: %s: %s", what, err_name(err->code), err->message);
}

int64_t
life_number(const struct json *object, const char *name)
{
	struct err err = ERR_INIT;
	int64_t value;

	life_must(json_int(object, name, &value, &err), name, &err);
	return value;
}

/* NULL for null and absence. */
const char *
life_text(const struct json *object, const char *name)
{
	struct err err = ERR_INIT;
	const char *text;

	life_must(json_text_or_null(object, name, &text, &err), name, &err);
	return text;
}

int64_t
life_moment_us(const char *text)
{
	struct err err = ERR_INIT;
	int64_t utc;

	life_must(clock_parse(text, &utc, NULL, &err), text, &err);
	return utc * LIFE_US;
}

static void
mark_nights(const struct json *list, bool *marks)
{
	struct err err = ERR_INIT;
	int64_t night;
	size_t i;

	for (i = 0; i < list->count; i++) {
		assert_int_equal(text_int64(list->items[i].text, &night, &err), 0);
		assert_true(night >= 1 && night <= LIFE_NIGHTS_MAX);
		marks[night] = true;
	}
}

/* Members of a world as text: what shares it is one. */
static const char *
raw(struct arena *arena, const char *line, size_t len, const char *name)
{
	struct json_raw found;

	assert_true(json_raw_member(line, len, name, &found));
	return arena_strndup(arena, found.text, found.len);
}

static size_t
source_at(struct life_play *play, const char *silent, const struct json *list)
{
	size_t i;

	for (i = 0; i < play->source_count; i++)
		if (strcmp(play->sources[i].text, silent) == 0)
			return i;
	assert_true(play->source_count < LIFE_SOURCES_MAX);
	play->sources[i].text = silent;
	mark_nights(list, play->sources[i].silent);
	play->source_count++;
	return i;
}

static void
add_product(struct life_play *play, size_t group, const struct json *product)
{
	struct arena *keep = &play->w->keep;
	const struct life_group *g = &play->groups[group];
	const struct json *grace = json_get(product, "grace"), *renews = json_get(product, "renews");
	const char **courses = ARENA_ARRAY(keep, 1, const char *);
	size_t s = 0;

	if (play->product_count == play->product_room) {
		struct config_product *more = ARENA_ARRAY(keep, play->product_room * 2 + 64, struct config_product);

		if (play->product_count > 0)
			memcpy(more, play->products, play->product_count * sizeof(*more));
		play->products = more;
		play->product_room = play->product_room * 2 + 64;
	}
	while (strcmp(g->names[s], life_text(product, "source")) != 0)
		assert_true(++s < g->count);
	courses[0] = arena_printf(keep, "G%zu-%s", group, life_text(product, "course"));
	play->products[play->product_count++] = (struct config_product){ .source = arena_printf(keep, "source-%zu", g->sources[s]),
		.match = arena_printf(keep, "sku:G%zu-%s", group, life_text(product, "sku")),
		.site = "campus",
		.courses = { courses, 1 },
		.term = life_text(product, "term"),
		.until = life_text(product, "until"),
		.grace_days = json_is_null(grace) ? CONFIG_NEVER : life_number(product, "grace"),
		.notice_days = life_number(product, "notice"),
		.delivery = "direct",
		.learner = "form_or_buyer",
		.on_expiry = life_text(product, "on_expiry"),
		.on_refund = life_text(product, "on_refund"),
		.on_dispute = life_text(product, "on_dispute"),
		.renews = renews->truth,
		.price_tolerance = "0" };
}

static size_t
group_at(struct life_play *play, const char *line, size_t len, const struct json *world)
{
	struct arena *keep = &play->w->keep;
	const char *text = arena_printf(keep, "%s%s", raw(keep, line, len, "sources"), raw(keep, line, len, "products"));
	const struct json *sources = json_get(world, "sources"), *products = json_get(world, "products");
	struct life_group *group;
	size_t i, g;

	for (g = 0; g < play->group_count; g++)
		if (strcmp(play->groups[g].text, text) == 0)
			return g;
	assert_true(g < LIFE_GROUPS_MAX);
	group = &play->groups[play->group_count++];
	group->text = text;
	assert_true(sources->count <= 4);
	for (i = 0; i < sources->count; i++) {
		const struct json *silent = json_get(&sources->items[i], "silent");
		const char *nights = "";
		size_t n;

		for (n = 0; n < silent->count; n++)
			nights = arena_printf(keep, "%s %s", nights, silent->items[n].text);
		group->names[i] = sources->names[i];
		group->sources[i] = source_at(play, nights, silent);
	}
	group->count = sources->count;
	for (i = 0; i < products->count; i++)
		add_product(play, g, &products->items[i]);
	return g;
}

/* Which source tells an event: the one it names, or that of the document that it is about. */
static size_t
source_of(const struct life_play *play, const struct life_world *world, size_t nth)
{
	const struct json *event = &world->events->items[nth];
	const struct life_group *group = &play->groups[world->group];
	const char *name = life_text(event, "source"), *doc = life_text(event, "corrects");
	size_t i;

	if (name != NULL) {
		for (i = 0; strcmp(group->names[i], name) != 0;)
			assert_true(++i < group->count);
		return group->sources[i];
	}
	doc = doc != NULL ? doc : life_text(event, "doc");
	for (i = 0; i < nth; i++) {
		name = life_text(&world->events->items[i], "doc");
		if (name != NULL && strcmp(name, doc) == 0)
			return world->sources[i];
	}
	fail_msg("world %lld tells of document \"%s\", which it has not sold", (long long)world->number, doc);
	return 0;
}

static void
add_world(struct life_play *play, const char *line, size_t len)
{
	struct arena *keep = &play->w->keep;
	const struct json *nights;
	struct err err = ERR_INIT;
	struct life_world *world;
	struct json *json;
	size_t i;

	life_must(json_parse(keep, "world", line, len, &json, &err), "world", &err);
	nights = json_get(json, "nights");
	if (play->night_count == 0) {
		play->zone = life_text(json, "zone");
		assert_true(nights->count <= LIFE_NIGHTS_MAX);
		for (i = 0; i < nights->count; i++)
			play->nights[i + 1] = life_moment_us(nights->items[i].text) / LIFE_US;
		play->night_count = nights->count;
		mark_nights(json_get(json, "mail_down"), play->mail_down);
	}
	assert_int_equal(nights->count, play->night_count);
	if (play->world_count == play->world_room) {
		struct life_world *more = ARENA_ARRAY(keep, play->world_room * 2 + 256, struct life_world);

		if (play->world_count > 0)
			memcpy(more, play->worlds, play->world_count * sizeof(*more));
		play->worlds = more;
		play->world_room = play->world_room * 2 + 256;
	}
	i = group_at(play, line, len, json);
	world = &play->worlds[play->world_count++];
	*world = (struct life_world){ .number = life_number(json, "world"), .group = i, .events = json_get(json, "events") };
	world->sources = ARENA_ARRAY(keep, world->events->count + 1, size_t);
	world->told = ARENA_ARRAY(keep, world->events->count + 1, bool);
	for (i = 0; i < world->events->count; i++)
		world->sources[i] = source_of(play, world, i);
}

/* The tenant of these worlds: its sources and rules; courses in Moodle; live since ever. */
static void
found(struct life_play *play)
{
	struct with_db *w = play->w;
	struct config_source *sources = ARENA_ARRAY(&w->keep, play->source_count, struct config_source);
	struct err err = ERR_INIT;
	bool changed;
	size_t i;

	for (i = 0; i < play->source_count; i++) {
		sources[i] = w->source;
		sources[i].name = arena_printf(&w->keep, "source-%zu", i);
	}
	w->tenant.timezone = play->zone;
	w->tenant.sources = sources;
	w->tenant.source_count = play->source_count;
	w->tenant.products = play->products;
	w->tenant.product_count = play->product_count;
	life_must(store_sync(w->db, &w->config, &err), "store_sync", &err);
	life_must(db_tenant(w->db, w->tenant_id, &err), "tenant", &err);
	life_must(rules_at(w->db, play->nights[1], play->zone, &err), "rules_at", &err);
	life_must(entitle_sync_rules(&w->arena, w->db, &w->tenant, &changed, &err), "rules", &err);
	with_db_sql(w, "INSERT INTO ctok.mirror_course SELECT t.tenant_id, t.site_id, t.target_id, substr(t.reference, 11), '', "
		       "t.reference, true, true, true"
		       " FROM ctok.target t");
	with_db_sql(w, "INSERT INTO ctok.live SELECT ctok.current_tenant(), site_id, source_id, '-infinity', now() FROM ctok.site, "
		       "ctok.source");
}

void
life_load(struct life_play *play, const char *worlds)
{
	FILE *file = fopen(worlds, "r");
	char *line = malloc(WORLD_MAX_BYTES);

	assert_non_null(file);
	assert_non_null(line);
	while (fgets(line, WORLD_MAX_BYTES, file) != NULL)
		add_world(play, line, strlen(line));
	assert_int_equal(ferror(file), 0);
	(void)fclose(file);
	free(line);
	assert_true(play->world_count > 0);
	found(play);
}
