#ifndef MOODLE_ACCOUNT_UPDATE_H
#define MOODLE_ACCOUNT_UPDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "moodle/batch.h"
#include "moodle/moodle.h"

/* A field of an account, as Moodle's web service calls it ("lastname", "phone1") or CONFIG_PROFILE_CUSTOM and a short name. */
struct account_update_field {
	const char *name;
	const char *before; /* what the change was decided on; NULL: not compared */
	const char *after;
	const char *is; /* out: as it was read last; NULL where Moodle shows nothing: it is empty, or hidden from us */
};

/* An account to change. */
struct account_update_row {
	int64_t user_id;
	struct account_update_field *fields;
	size_t count;
	bool shown; /* out: the account is there, and the site shows it to us */
	bool moved; /* out: a field is neither as before nor as it is to be: left alone */
	struct batch_row result;
};

/**
 * account_update_read(arena, moodle, rows, count, err):
 * What these accounts say now: sets `shown` and each field's `is`. An account may be in several rows.
 *
 * Owns:   the values live as long as ${arena}.
 * Source: core_user_get_users_by_field; fields that are empty are left out of its answer.
 */
MUST_CHECK int account_update_read(struct arena *, struct moodle *, struct account_update_row *, size_t, struct err *)
    __attribute__((nonnull(1, 2, 5)));

/**
 * account_update_send(arena, moodle, rows, count, err):
 * Change accounts, each row in a transaction of its own. They are read first (what is so already is found, what moved is left alone, with
 * outcome OUTCOME_OPEN) and read back: Moodle drops values of fields that it does not have without a word. No account may be in two rows.
 *
 * Errors: as batch_send(); what was settled before stands.
 * Source: core_user_update_users, which tells of rows that it refused in `warnings`.
 */
MUST_CHECK int account_update_send(struct arena *, struct moodle *, struct account_update_row *, size_t, struct err *)
    __attribute__((nonnull(1, 2, 5)));

#endif
