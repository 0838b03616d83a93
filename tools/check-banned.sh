#!/bin/sh
# Calls that are banned outside their module (CONTRIBUTING.md): prints each, exits 1 if there is one.
set -u
bad=0
ban() { # ban CALLS-REGEX ALLOWED-FILES-REGEX REASON
	found=$(grep -nE "(^|[^A-Za-z0-9_>.])($1)[ ]*\\(" lib/*/*.c jobs/*.c jobs/*/*.c | grep -vE "^($2):" | grep -vE ':[0-9]+:[[:space:]]*(\*|/\*|//)')
	[ -z "$found" ] || { echo "$found" | sed "s|\$|   <- $3|"; bad=1; }
}
ban 'malloc|calloc|realloc|free' 'lib/base/(arena|buf)\.c|lib/adapter/[a-z_0-9]+\.c|lib/db/[a-z_]+\.c|lib/http/[a-z_]+\.c' 'memory comes from arenas'
ban 'strdup|strndup' 'lib/adapter/[a-z_0-9]+\.c' 'arena_strdup()'
ban 'sprintf|strcpy|strcat|strtok|gets' 'none' 'arena_printf(), struct buf'
ban 'atoi|atol|atoll|strtol|strtoll|strtoul|strtoull|strtod|atof' 'lib/adapter/[a-z_0-9]+\.c|lib/db/(cluster|embedded)\.c' 'text_int64(), money_parse()'
ban 'getenv|secure_getenv' 'lib/config/secret\.c|lib/db/[a-z_]+\.c' 'settings come from the configuration'
ban 'time|gettimeofday|clock_gettime|localtime|localtime_r|gmtime|mktime' 'lib/base/(clock|zone)\.c' 'the clock is read in clock.c'
ban 'exit|system|popen' 'none' 'return, or step_run()'
exit $bad
