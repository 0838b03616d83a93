#!/bin/bash
# Run the unit programs named as arguments (two at a time) and then every scenario, one after the other; show what failed; end with the
# line of counts. SCENARIOS: which scenarios (a shell pattern), all by default.
set -u
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8            # whatever the caller's: tests read what tools say
export PYTHONDONTWRITEBYTECODE=1 # nothing beside the scripts in the repository
out=build/tests
mkdir -p "$out"
passed=0 failed=0

count() { # count NAME EXIT-CODE TAP-FILE
	local ok bad
	ok=$(grep -c '^ok ' "$3") || :
	bad=$(grep -c '^not ok ' "$3") || :
	if [ "$2" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
	if [ "$2" -eq 0 ] && [ "$ok" -eq 0 ]; then bad=1; echo "== $1 ran no test"; fi
	passed=$((passed + ok)) failed=$((failed + bad))
	[ "$bad" -eq 0 ] || { echo "== $1 (exit $2)"; grep -v '^ok ' "$3" | tail -60; }
}

if [ $# -gt 0 ]; then
	rm -f "$out"/*.tap "$out"/*.rc
	printf '%s\n' "$@" | xargs -P "$(nproc)" -I '{}' \
		sh -c 'CMOCKA_MESSAGE_OUTPUT=TAP timeout 600 "{}" >"{}.tap" 2>&1 </dev/null; echo $? >"{}.rc"'
	for program in "$@"; do
		count "${program##*/}" "$(cat "$program.rc")" "$program.tap"
	done
fi
for scenario in tests/scenarios/${SCENARIOS:-[0-9]*}.sh; do
	[ -f "$scenario" ] || continue
	name=${scenario##*/}
	timeout 1200 bash "$scenario" >"$out/$name.tap" 2>&1 </dev/null
	count "$name" $? "$out/$name.tap"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
