#ifndef TESTS_UNIT_EXPECT_H
#define TESTS_UNIT_EXPECT_H

/* What every unit test needs: cmocka, and failures compared by code and whole message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The failure of the case ${title}: its code and its whole message. */
static inline void
expect_err(const char *title, const struct err *err, enum err_code code, const char *message)
{
	if (err->code != code || strcmp(err->message, message) != 0)
		fail_msg("%s:\n  expected %s \"%s\"\n  found    %s \"%s\"", title, err_name(code), message, err_name(err->code),
		    err->message);
}

/* The success of the case ${title}. */
static inline void
expect_ok(const char *title, int rc, const struct err *err)
{
	if (rc != 0 || err->code != ERR_NONE)
		fail_msg("%s: rc %d, %s \"%s\"", title, rc, err_name(err->code), err->message);
}

static inline void
expect_text(const char *title, const char *found, const char *expected)
{
	if (found == NULL ? expected != NULL : expected == NULL || strcmp(found, expected) != 0)
		fail_msg("%s:\n  expected \"%s\"\n  found    \"%s\"", title, expected == NULL ? "(null)" : expected,
		    found == NULL ? "(null)" : found);
}

#endif
