#ifndef LIFE_WORLD_H
#define LIFE_WORLD_H

/* Worlds of accesses as the engine is given them (life.h): what the parts of a play share. life_world.c reads worlds and sets up what they have in
 * common, life_source.c is the sources that show what happens, life.c the nights. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapter/json.h"
#include "base/err.h"
#include "life.h"
#include "sales/source.h"
#include "with_db.h"

#define LIFE_NIGHTS_MAX 40
#define LIFE_SOURCES_MAX 64
#define LIFE_GROUPS_MAX 4096
#define LIFE_US INT64_C(1000000)

/* What is known of a document so far; it grows event by event. */
struct life_paper {
	const char *id, *corrects; /* NULL: no credit note */
	const struct json *said;   /* its first event */
	enum sales_status status;
	int64_t modified_us, refunded_minor, paid_minor;
	struct sales_payment *payments;
	size_t payment_count;
	struct life_paper *next;
};

struct life_world {
	int64_t number;
	size_t group;
	const struct json *events;
	size_t *sources; /* of each event */
	bool *told;      /* those that its source has shown */
	struct life_paper *papers;
};

/* A set of product rules, and where its sources are among ours. */
struct life_group {
	const char *text; /* what makes it one */
	const char *names[4];
	size_t sources[4];
	size_t count;
};

struct life_source {
	const char *text; /* the nights without a word */
	bool silent[LIFE_NIGHTS_MAX + 1];
};

struct life_play {
	struct with_db *w;
	const struct life_options *options;
	const char *zone;
	int64_t nights[LIFE_NIGHTS_MAX + 1];
	size_t night_count;
	bool mail_down[LIFE_NIGHTS_MAX + 1];
	struct life_source sources[LIFE_SOURCES_MAX];
	size_t source_count;
	struct life_group groups[LIFE_GROUPS_MAX];
	size_t group_count;
	struct config_product *products;
	size_t product_count, product_room;
	struct life_world *worlds;
	size_t world_count, world_room;
};

/* Fail the test, unless ${rc} is 0; ${what} was tried. */
void life_must(int rc, const char *what, const struct err *err);

/**
 * life_number(object, name), life_text(object, name), life_moment_us(text):
 * A member of an event or a rule; NULL for null and absence; a moment as microseconds since 1970.
 */
int64_t life_number(const struct json *object, const char *name);
const char *life_text(const struct json *object, const char *name);
int64_t life_moment_us(const char *text);

/**
 * life_load(play, worlds):
 * Read all worlds of file ${worlds}, and make the tenant that they share: its sources and rules, courses in Moodle, live since ever.
 */
void life_load(struct life_play *play, const char *worlds);

/**
 * life_pull(play, source, night):
 * Read a source, or fail to: all that it had to show up to this night and could not yet.
 */
void life_pull(struct life_play *play, size_t source, size_t night);

#endif
