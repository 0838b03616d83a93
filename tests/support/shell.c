#define _POSIX_C_SOURCE 200809L /* popen */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

#include "shell.h"

#define SHELL_OUTPUT_MAX_BYTES ((size_t)64 << 20)

void
shell(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

char *
shell_output(struct arena *arena, const char *command)
{
	struct err err = ERR_INIT;
	struct buf text;
	char part[4096], *kept;
	size_t len;
	FILE *pipe = popen(command, "r");

	assert_non_null(pipe);
	buf_init(&text, SHELL_OUTPUT_MAX_BYTES);
	while ((len = fread(part, 1, sizeof(part), pipe)) > 0)
		buf_add(&text, part, len);
	if (buf_check(&text, command, &err) != 0)
		fail_msg("%s", err.message);
	kept = arena_strndup(arena, text.data, text.len);
	buf_done(&text);
	if (pclose(pipe) != 0)
		fail_msg("%s: %s", command, kept);
	return kept;
}
