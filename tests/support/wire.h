#ifndef WIRE_H
#define WIRE_H

/* A wire of our own under the Moodle client: answers come from a function of the test, which may also fail. Sleeps are counted, not
 * slept. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "moodle/moodle.h"

struct wire_request {
	const char *function;
	const char *body; /* as sent */
	size_t number;    /* from 1: the n-th request of the test */
};

/* The answer: a body, or a failure of lib/http when ${err} is set. */
struct wire_answer {
	long status;      /* 0: 200 */
	const char *body; /* in the arena, or static */
};

struct wire {
	void (*answer)(struct wire *, struct arena *, const struct wire_request *, struct wire_answer *, struct err *);
	void *context;   /* of the test */
	size_t requests; /* sent so far */
	int64_t slept_ms;
	struct config_site site;
	struct moodle_wire moodle; /* for moodle_open() */
};

/**
 * wire_init(wire, answer, context):
 * A site "campus" at https://moodle.example.test with 2 connections and batches of 100.
 */
void wire_init(struct wire *,
    void (*)(struct wire *, struct arena *, const struct wire_request *, struct wire_answer *, struct err *), void *);

/**
 * wire_open(wire):
 * A client on that wire; a failure fails the test. One at a time.
 */
struct moodle *wire_open(struct wire *);

/**
 * wire_field(arena, body, name):
 * The decoded value of a field of a form, NULL if it is not there.
 */
const char *wire_field(struct arena *, const char *, const char *);

/**
 * wire_fields(body):
 * How many fields a form has.
 */
size_t wire_fields(const char *);

#endif
