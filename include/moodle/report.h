#ifndef MOODLE_REPORT_H
#define MOODLE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "moodle/moodle.h"

/* Read level 2: a custom report of source "Course participants", the one web service that tells dates and status of enrolments. An
 * administrator makes it once, without the default setup (which hides all but active rows), with the columns course short name,
 * username, enrolment plugin, time created, time started, time ended, status, time completed; optional: account suspended. */

/* Moments are whole minutes. */
struct report_row {
	const char *course;    /* short name */
	const char *username;  /* NULL: an enrolment method without users */
	const char *method;    /* 'manual', 'self', …; Moodle's English name where we know no code */
	int64_t created;       /* 0: none */
	int64_t started;       /* 0: shown as the moment of creation, which is how 0 is shown */
	int64_t ended;         /* 0: none */
	bool active;           /* gives access now */
	bool suspended;        /* the enrolment; otherwise status is active even if it ended or has not started */
	int account_suspended; /* -1: the report has no such column */
	int64_t completed;     /* 0: not completed */
};

/**
 * report_date(text, ret_utc, err):
 * "Sunday, 19 November 2028, 9:38 AM" as seconds; "" is 0. The weekday must fit the date.
 *
 * Errors: ERR_DATA naming the text.
 * Source: Moodle 4.5, lang/en/langconfig.php, strftimedaydatetime.
 */
MUST_CHECK int report_date(const char *, int64_t *, struct err *) __attribute__((nonnull));

/**
 * report_method(name):
 * The code of an enrolment plugin by its English name; an unknown name is returned as it is.
 */
const char *report_method(const char *) __attribute__((nonnull));

/**
 * report_each(moodle, report_id, page_rows, fn, context, err):
 * Read the whole report, ${page_rows} rows a request, and call ${fn} for each row (valid during the call only). Row order is only
 * defined if the report is sorted: when there are several pages, a row seen on two of them ends the reading.
 *
 * Errors: ERR_CONFIG not such a report, a column is missing or doubled, it has conditions; ERR_INCOMPLETE fewer rows than declared,
 * unsorted pages, changed meanwhile; ERR_DATA a value that cannot be read; as moodle_call().
 */
MUST_CHECK int report_each(struct moodle *, int64_t, size_t, int (*)(const struct report_row *, void *, struct err *), void *,
    struct err *) __attribute__((nonnull(1, 4, 6)));

#define REPORT_PAGE_ROWS ((size_t)20000)

#endif
