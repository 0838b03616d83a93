#ifndef CERTIFICATE_PRESS_H
#define CERTIFICATE_PRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "certificate/cage.h"
#include "certificate/render.h"

/* Certificates are drawn by processes beside us, which may be lost: fonts and pictures come from elsewhere, and what reads them may crash,
 * hang or swell. A lost one costs the certificate it was at, if that happens to it twice; the others are drawn by its successor, to the same
 * bytes. Each process draws many, so that a template is made ready once. */
struct press;

/**
 * press_open(arena, template_dir, limits, expected, ret_press, err), press_close(press):
 * Take on as many processes as drawing ${expected} certificates is worth, one for each processor at most; let them go.
 *
 * Owns:   the press lies in ${arena}.
 * Errors: ERR_SYSTEM.
 */
MUST_CHECK int press_open(struct arena *, const char *, const struct cage_limits *, size_t, struct press **, struct err *)
    __attribute__((nonnull));
void press_close(struct press *);

/**
 * press_room(press), press_waiting(press):
 * May another one be given; how many are to be taken.
 */
bool press_room(const struct press *) __attribute__((nonnull));
size_t press_waiting(const struct press *) __attribute__((nonnull));

/**
 * press_give(press, number, template, facts, err):
 * Have a certificate drawn from a template; there must be room. ${number} is the caller's.
 *
 * Errors: ERR_SYSTEM if there can be no process any more.
 */
MUST_CHECK int press_give(struct press *, size_t, const char *, const struct certificate_facts *, struct err *)
    __attribute__((nonnull));

/**
 * press_take(press, ret_number, ret_pdf, err):
 * Wait for one: append its PDF to ${ret_pdf}. They come about in the order they were given. ${ret_number} is set even if it failed.
 *
 * Errors: those of certificate_open() and certificate_render(); ERR_DATA naming the template and the file at hand if the process was lost
 * over it. With ${ret_number} SIZE_MAX there can be no process any more.
 */
MUST_CHECK int press_take(struct press *, size_t *, struct buf *, struct err *) __attribute__((nonnull));

/**
 * press_render(template_dir, template, facts, ret_pdf, err):
 * One certificate by itself.
 */
MUST_CHECK int press_render(const char *, const char *, const struct certificate_facts *, struct buf *, struct err *)
    __attribute__((nonnull));

/* Something that is wrong with a template, or (not fatal) with the letters it can draw. */
struct press_fault {
	bool fatal;
	const char *text; /* with file and line */
};

/**
 * press_check(arena, template_dir, template, facts, ret_faults, ret_count, err):
 * Is everything there that a template needs? It is read, its fonts and pictures opened, and a certificate of ${facts} drawn.
 *
 * Errors: ERR_SYSTEM if there can be no process; whatever else is wrong is a fault.
 */
MUST_CHECK int press_check(struct arena *, const char *, const char *, const struct certificate_facts *, struct press_fault **,
    size_t *, struct err *) __attribute__((nonnull));

#endif
