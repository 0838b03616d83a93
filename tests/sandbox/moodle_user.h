#ifndef SANDBOX_MOODLE_USER_H
#define SANDBOX_MOODLE_USER_H

#include "moodle.h"

/* Columns that every statement about people begins with. */
enum user_column {
	USER_ID,
	USER_USERNAME,
	USER_FIRSTNAME,
	USER_LASTNAME,
	USER_EMAIL,
	USER_ADDRESS,
	USER_PHONE1,
	USER_PHONE2,
	USER_DEPARTMENT,
	USER_INSTITUTION,
	USER_IDNUMBER,
	USER_FIRSTACCESS,
	USER_LASTACCESS,
	USER_AUTH,
	USER_SUSPENDED,
	USER_CONFIRMED,
	USER_LANG,
	USER_THEME,
	USER_TIMEZONE,
	USER_MAILFORMAT,
	USER_TRACKFORUMS,
	USER_CITY,
	USER_COUNTRY,
	USER_MAILDISPLAY,
	USER_CUSTOMFIELDS, /* "name\x1fvalue\x1ftype\x1fshortname", \x1e between them */
	USER_OTHERS,       /* first column of the statement's own */
	/* of a course listing */
	USER_LASTCOURSEACCESS = USER_OTHERS,
	USER_ROLES,
	USER_GROUPS,
	USER_COURSES
};

/* Bits of the fields a caller may ask for. */
enum user_field {
	FIELD_ID = 1 << 0,
	FIELD_USERNAME = 1 << 1,
	FIELD_FULLNAME = 1 << 2,
	FIELD_FIRSTNAME = 1 << 3,
	FIELD_LASTNAME = 1 << 4,
	FIELD_EMAIL = 1 << 5,
	FIELD_ADDRESS = 1 << 6,
	FIELD_PHONE1 = 1 << 7,
	FIELD_PHONE2 = 1 << 8,
	FIELD_DEPARTMENT = 1 << 9,
	FIELD_INSTITUTION = 1 << 10,
	FIELD_IDNUMBER = 1 << 11,
	FIELD_FIRSTACCESS = 1 << 12,
	FIELD_LASTACCESS = 1 << 13,
	FIELD_AUTH = 1 << 14,
	FIELD_CONFIRMED = 1 << 15,
	FIELD_LANG = 1 << 16,
	FIELD_THEME = 1 << 17,
	FIELD_TIMEZONE = 1 << 18,
	FIELD_MAILFORMAT = 1 << 19,
	FIELD_CITY = 1 << 20,
	FIELD_COUNTRY = 1 << 21,
	FIELD_IMAGES_SMALL = 1 << 22,
	FIELD_IMAGES = 1 << 23,
	FIELD_CUSTOMFIELDS = 1 << 24,
	FIELD_GROUPS = 1 << 25,
	FIELD_ROLES = 1 << 26,
	FIELD_COURSES = 1 << 27,
	FIELD_SUSPENDED = 1 << 28,
	FIELD_LASTCOURSEACCESS = 1 << 29,
	FIELD_TRACKFORUMS = 1 << 30,
	FIELD_ALL = 0x7fffffff
};

/**
 * moodle_user_fields(call, text, ret_fields):
 * Parse a comma list of names. Fails with invaliduserfield.
 */
MUST_CHECK int moodle_user_fields(struct moodle_call *, const char *, unsigned *) __attribute__((nonnull));

/**
 * moodle_write_user(call, rows, row, fields, in_course):
 * Write one person as the caller may see it; ${in_course}: as a participant.
 */
void moodle_write_user(struct moodle_call *, const struct pg_rows *, size_t, unsigned, bool) __attribute__((nonnull));

/**
 * moodle_sees_email(call, rows, row, in_course):
 * May the caller see this person's address?
 */
bool moodle_sees_email(const struct moodle_call *, const struct pg_rows *, size_t, bool) __attribute__((nonnull));

/**
 * moodle_create_users(call, err), moodle_update_users(call, err):
 * The writing functions, with their parameters.
 */
MUST_CHECK int moodle_create_users(struct moodle_call *, struct err *) __attribute__((nonnull));
MUST_CHECK int moodle_update_users(struct moodle_call *, struct err *) __attribute__((nonnull));
extern const struct param moodle_create_users_params[1], moodle_update_users_params[1];

#endif
