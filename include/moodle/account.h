#ifndef MOODLE_ACCOUNT_H
#define MOODLE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapter/json.h"
#include "base/arena.h"
#include "base/err.h"
#include "moodle/batch.h"
#include "moodle/moodle.h"

/* An account as Moodle shows it. */
struct account {
	int64_t id;
	const char *username;
	const char *email; /* as on file */
	const char *firstname;
	const char *lastname;
	const char *idnumber; /* this and the following: "" where there is none, or where the site does not show it */
	const char *auth;
	const char *phone1;
	const char *phone2;
	const char *institution;
	const char *department;
	const char *city;
	const char *country;
	const char *lang;
	const char *fields; /* the site's own profile fields: a JSON object of short name and text */
	bool suspended;
	bool deleted; /* told by account_read() only */
};

/* Accounts of one e-mail. */
struct account_match {
	struct account *accounts;
	size_t count;
};

/* An account to make. */
struct account_row {
	const char *email;     /* normalised */
	const char *firstname; /* out: of OUTCOME_FOUND, as Moodle has it; so is the last name */
	const char *lastname;
	const char *stem;     /* what its user name is made of; NULL: the e-mail */
	const char *username; /* out: the one it was tried with, or that it has */
	int64_t id;           /* out: of OUTCOME_DONE and OUTCOME_FOUND */
	bool asked;           /* out: we asked for it before it was found, so it is of our making */
	struct batch_row result;
};

/**
 * account_fields(arena, object, ret_fields, err):
 * Of an account as Moodle answers it, the array "customfields" as a JSON object of short name and text; fields that are empty, or not text, left out.
 */
MUST_CHECK int account_fields(struct arena *, const struct json *, const char **, struct err *) __attribute__((nonnull));

/**
 * account_find(arena, moodle, emails, count, ret_matches, err):
 * For each normalised e-mail the accounts that carry it, letter case aside. ${ret_matches} has ${count} elements.
 *
 * Source: core_user_get_users key "email" ignores case but takes % and _ as wildcards, so what it gives is compared again.
 */
MUST_CHECK int account_find(struct arena *, struct moodle *, const char *const *, size_t, struct account_match **, struct err *)
    __attribute__((nonnull(1, 2, 5, 6)));

/**
 * account_read(moodle, ids, count, fn, context, err):
 * Call ${fn} for each of these accounts that the site shows us, deleted ones too. One that it does not show may still be there.
 */
MUST_CHECK int account_read(struct moodle *, const int64_t *, size_t, int (*)(const struct account *, void *, struct err *), void *,
    struct err *) __attribute__((nonnull(1, 4, 6)));

/**
 * account_username(arena, stem, ordinal):
 * The user name made of an e-mail or a name: lower case, characters outside a-z 0-9 . _ @ - replaced by '-', at most 100; from ordinal 2 on it ends
 * in "-2", "-3", ….
 */
char *account_username(struct arena *, const char *, unsigned) __attribute__((nonnull, returns_nonnull));

/**
 * account_fault(row):
 * Why Moodle would refuse this row, NULL if it would not: e-mail over 100 characters, not ASCII or no address; a name blank, over
 * 100 characters, with a tag or a control character.
 */
const char *account_fault(const struct account_row *) __attribute__((nonnull));

/**
 * account_create(arena, moodle, rows, count, err):
 * Make accounts. Moodle makes and mails the password, unless the site's setting `auth` names another way in. Each row is settled: done,
 * found (there already under this e-mail, exactly once), refused or in doubt. E-mails must differ from each other.
 *
 * Errors: as batch_send(); what was settled before stands.
 */
MUST_CHECK int account_create(struct arena *, struct moodle *, struct account_row *, size_t, struct err *)
    __attribute__((nonnull(1, 2, 5)));

#endif
