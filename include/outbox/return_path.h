#ifndef OUTBOX_RETURN_PATH_H
#define OUTBOX_RETURN_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "adapter/crypto.h"
#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"

/* The envelope sender that names the mail it is on (setting `bounce`), so that what comes back is known for what it is about:
 * bounces+ID-CHECK@example.org. ID tells nobody how many mails there were; without the master key nobody makes a CHECK. */
struct return_path {
	bool on;            /* the setting is there */
	const char *local;  /* "bounces" */
	const char *domain; /* in punycode */
	const char *tenant; /* its name: an address of one is none of another */
	uint8_t key[CRYPTO_KEY_BYTES];
};

/* What +ID-CHECK takes of the 64 characters of a local part. */
#define RETURN_PATH_BYTES 26

/**
 * return_path_open(arena, config, tenant, ret_path, err):
 * By the settings; `on` is false if there is none.
 *
 * Errors: ERR_CONFIG naming tenant and setting; a master key that cannot be read.
 */
MUST_CHECK int return_path_open(struct arena *, const struct config *, const struct config_tenant *, struct return_path *,
    struct err *) __attribute__((nonnull));

/**
 * return_path_write(arena, path, mail_id):
 * The envelope sender of a mail; the same for each try.
 *
 * Source: RFC 5321 section 4.5.3.1.1; D. J. Bernstein, "Variable Envelope Return Paths".
 */
char *return_path_write(struct arena *, const struct return_path *, int64_t) __attribute__((nonnull, returns_nonnull));

/**
 * return_path_read(path, address):
 * The mail whose envelope sender ${address} is, in letters of whatever case; 0 if it is none that we made.
 */
int64_t return_path_read(const struct return_path *, const char *) __attribute__((nonnull));

#endif
