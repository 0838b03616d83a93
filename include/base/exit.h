#ifndef BASE_EXIT_H
#define BASE_EXIT_H

/* Exit codes of every program: sysexits(3) plus three of our own. When a run has several causes, the first
 * of exit_precedence() wins. `ctok-admin status` (monitoring plugin codes) and `ctok-cert verify` are exceptions. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_HELD = 10,       /* a brake holds actions until released */
	EXIT_UNTIED = 11,     /* a control does not tie */
	EXIT_INCOMPLETE = 12, /* a source or site could not be read completely */
	EXIT_USAGE = 64,      /* bad option or argument */
	EXIT_SOME = 65,       /* some items failed, the rest was done */
	EXIT_SERVICE = 69,    /* a service is down; try again later */
	EXIT_BUG = 70,        /* our own mistake */
	EXIT_SYSTEM = 71,     /* out of memory, cannot fork, … */
	EXIT_CREATE = 73,     /* cannot create an output file */
	EXIT_IO = 74,         /* input/output error */
	EXIT_BUSY = 75,       /* another run holds the lock, or our fence is stale */
	EXIT_REFUSED = 77,    /* not permitted */
	EXIT_CONF = 78        /* configuration error */
};

/**
 * exit_worse(a, b):
 * Of two exit codes return the one a run with both causes ends with.
 *
 * Source: docs/architecture.md, "Exit codes": 70, 71, 78, 77, 74, 73, 75, 69, 12, 65, 11, 10, 0.
 */
int exit_worse(int a, int b);

#endif
