#ifndef SANDBOX_STATE_H
#define SANDBOX_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "reply.h"

/* What the control interface changes while the server runs: switches, the clock, counters. Every function may be called by any thread. */
struct switches {
	int64_t max_input_vars;  /* PHP's limit; Moodle 4.5 asks for 5000 */
	int64_t post_max_bytes;  /* PHP's post_max_size */
	int64_t delay_ms;        /* added to every request */
	int64_t rate_per_minute; /* of the shop; 0: unlimited */
	bool web_services;
	bool rest;
	bool maintenance_cli;
	bool maintenance_web;
	bool upgrade_running;
	bool upgrade_pending;
	bool database_down;
	bool debug;               /* answers carry debuginfo */
	bool newest_first;        /* the shop lists the latest change first */
	int64_t date_off_s;       /* the shop's `Date`, so far from the sandbox's clock; 0: it sends none */
	bool site_expired;        /* the shop's site lapsed: 402 */
	bool strip_authorization; /* WooCommerce's host drops the header */
	bool old_woocommerce;     /* it knows nothing of times of change */
	bool memo;                /* shops' answers are kept and given again, for measuring (memo.h) */
};

void state_switches(struct switches *) __attribute__((nonnull));

/**
 * state_set(name, value, err):
 * Change one switch by its name above; flags take 0 and 1.
 *
 * Errors: ERR_USAGE naming the switch.
 */
MUST_CHECK int state_set(const char *, const char *, struct err *) __attribute__((nonnull));

/**
 * state_reset():
 * Every switch as at the start, all counters 0.
 */
void state_reset(void);

/**
 * state_now(), state_now_micros(), state_clock(now, frozen):
 * The sandbox's own time: it runs on from ${now}, or stands there.
 */
int64_t state_now(void);
int64_t state_now_micros(void);
void state_clock(int64_t, bool);

/**
 * state_count(name, written, failed), state_counters(reply):
 * Count one request to ${name} and the rows it wrote; write all counters as members of an open object.
 */
void state_count(const char *, int64_t, bool) __attribute__((nonnull));
void state_counters(struct reply *) __attribute__((nonnull));

#endif
