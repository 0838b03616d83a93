#ifndef LIFE_MODEL_H
#define LIFE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "with_db.h"

/* A wrong rule: in the text of a function of the schema `rule`, ${from} replaced by ${to}. */
struct life_wrong {
	const char *function;
	const char *from, *to;
};

/**
 * life_model(w, events, day, short_tail, wrong):
 * Play all histories of so many events (tests/sql/life_model.sql) from ${day} on, in a transaction of ${w->owner} that the caller rolls back. With
 * ${short_tail} Moodle's end lies one night behind; ${wrong} NULL: the rules as they are. A failure fails the test.
 */
void life_model(struct with_db *, int64_t, const char *, bool, const struct life_wrong *);

/* The one value of a query in that transaction; "" for null. */
const char *life_model_text(struct with_db *, const char *);

#endif
