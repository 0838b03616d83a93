#ifndef BASE_CREW_H
#define BASE_CREW_H

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* Processes that reckon beside us: each is given a request, and answers it; answers come in the order of the requests. A hand is a copy of
 * ourselves as we were when it was taken on; nothing that we hold open is open for it. */
struct crew;

/* What a hand does: ${request} in, ${answer} out. What it returns and says of errors reaches crew_take(). */
typedef int crew_work(void *context, const char *request, size_t len, struct buf *answer, struct err *err);

/**
 * crew_open(arena, hands, work, context, ret_crew, err), crew_close(crew):
 * Take on ${hands} processes, 0 for as many as there are processors, up to 4; let them go, whatever they are at.
 *
 * Owns: the crew lies in ${arena}; ${context} is each hand's own copy.
 * Errors: ERR_SYSTEM.
 */
MUST_CHECK int crew_open(struct arena *, size_t, crew_work *, void *, struct crew **, struct err *)
    __attribute__((nonnull(1, 3, 5, 6)));
void crew_close(struct crew *);

/**
 * crew_idle(crew), crew_waiting(crew):
 * How many hands have nothing to do; how many answers are to come.
 */
size_t crew_idle(const struct crew *) __attribute__((nonnull));
size_t crew_waiting(const struct crew *) __attribute__((nonnull));

/**
 * crew_give(crew, request, len, err):
 * Give a request to an idle hand; without one it is a bug.
 *
 * Errors: ERR_SYSTEM if the hand is not there any more.
 */
MUST_CHECK int crew_give(struct crew *, const char *, size_t, struct err *) __attribute__((nonnull));

/**
 * crew_take(crew, ret_answer, ret_len, err):
 * Wait for the answer to the oldest request. It is good until the next call.
 *
 * Errors: what the work set; ERR_SYSTEM if its process died, saying of what.
 */
MUST_CHECK int crew_take(struct crew *, const char **, size_t *, struct err *) __attribute__((nonnull));

/**
 * crew_lost(crew), crew_mend(crew, err):
 * How the last call of crew_give() or crew_take() lost its hand: the signal that killed it, its exit code below 0, or CREW_NONE. Another
 * one has to be taken on in its place before the crew is given more; what the others are at goes on.
 *
 * Errors: ERR_SYSTEM.
 */
#define CREW_NONE 1000
int crew_lost(const struct crew *) __attribute__((nonnull));
MUST_CHECK int crew_mend(struct crew *, struct err *) __attribute__((nonnull));

#endif
