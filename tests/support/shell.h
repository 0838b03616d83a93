/* Commands that a test runs beside our code: the independent readers of what it wrote, and the housekeeping around them. */

#ifndef CTOK_TESTS_SHELL_H
#define CTOK_TESTS_SHELL_H

#include "base/arena.h"

/* Run ${command}; the test fails by its name when it does. */
void shell(const char *command);

/* What ${command} prints, all of it. Owns: ${arena}. The test fails, with what was printed, when the command does. */
char *shell_output(struct arena *arena, const char *command);

#endif
