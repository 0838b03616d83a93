#!/bin/sh
# Run cmocka programs two at a time; show the output of those that fail; end with the line of counts.
# Each program's TAP output is kept in build/tests/<name>.tap.
set -u
jobs=$(nproc 2>/dev/null || echo 2)
printf '%s\n' "$@" | xargs -P "$jobs" -I '{}' sh -c 'CMOCKA_MESSAGE_OUTPUT=TAP "{}" >"{}.tap" 2>&1; echo $? >"{}.rc"'
passed=0 failed=0
for program in "$@"; do
	ok=$(grep -c '^ok ' "$program.tap") || :
	bad=$(grep -c '^not ok ' "$program.tap") || :
	rc=$(cat "$program.rc")
	if [ "$rc" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
	passed=$((passed + ok)) failed=$((failed + bad))
	if [ "$rc" -ne 0 ]; then
		echo "== ${program##*/} (exit $rc)"
		grep -v '^ok ' "$program.tap" | tail -60
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
