/* The order of exit codes when a run has several causes: our own faults first, then what a person must change, then what
 * may pass by itself, then the states of a finished run. */
#include "base/exit.h"

#include <stddef.h>

static const int precedence[] = { EXIT_USAGE, EXIT_BUG, EXIT_SYSTEM, EXIT_CONF, EXIT_REFUSED, EXIT_IO, EXIT_CREATE, EXIT_BUSY,
	EXIT_SERVICE, EXIT_INCOMPLETE, EXIT_SOME, EXIT_UNTIED, EXIT_HELD, EXIT_OK };

static size_t
rank(int code)
{
	size_t i;

	for (i = 0; i < sizeof(precedence) / sizeof(precedence[0]); i++)
		if (precedence[i] == code)
			return i;
	return 1; /* a code we do not know is a fault of ours */
}

int
exit_worse(int a, int b)
{
	return rank(a) <= rank(b) ? a : b;
}
