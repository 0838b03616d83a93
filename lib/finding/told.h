#ifndef LIB_FINDING_TOLD_H
#define LIB_FINDING_TOLD_H

/* Parts of what is told that persons and documents share: printed from the JSON that views made (sql/rules/93_explain.sql). */

#include <stdbool.h>
#include <stdio.h>

#include "adapter/json.h"
#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

/**
 * told_text(object, name), told_items(object, name, ret_count):
 * A text or number; NULL for null. The elements of a list.
 */
const char *told_text(const struct json *, const char *) __attribute__((nonnull));
const struct json *told_items(const struct json *, const char *, size_t *) __attribute__((nonnull));

/**
 * told_who(arena, object, name):
 * "Ana Díaz <ana@example.org> (#7)", or without a name.
 */
const char *told_who(struct arena *, const struct json *, const char *) __attribute__((nonnull));

/**
 * told_right(arena, right, with_person, indent, file), told_access(…), told_waits(access, indent, file), told_decision(decision, file), told_finding(finding, file):
 * A line, or some, of each.
 */
void told_right(struct arena *, const struct json *, bool, const char *, FILE *) __attribute__((nonnull));
void told_access(struct arena *, const struct json *, bool, const char *, FILE *) __attribute__((nonnull));
void told_waits(const struct json *, const char *, FILE *) __attribute__((nonnull));
void told_decision(const struct json *, FILE *) __attribute__((nonnull));
void told_finding(const struct json *, FILE *) __attribute__((nonnull));

/**
 * told_expected_person(arena, db, zone, who, json, file, ret_found, err), told_expected_document(arena, db, zone, number, json, file, ret_found, err):
 * What somebody asked for who never bought anything, and a quote or order that is not sold yet; nothing is printed if there is none.
 */
MUST_CHECK int told_expected_person(struct arena *, struct db *, const char *, const char *, bool, FILE *, bool *, struct err *)
    __attribute__((nonnull));
MUST_CHECK int told_expected_document(struct arena *, struct db *, const char *, const char *, bool, FILE *, bool *, struct err *)
    __attribute__((nonnull));

#endif
