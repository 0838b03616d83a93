#!/bin/bash
# Nights with hostile feeds, a dozen of the kinds of tests/support/hostile.py (make soak has 200 cases of all): nobody who is owed access loses it,
# nobody else gets it, and the night says why. HOSTILE_SEED, HOSTILE_CASES, HOSTILE_KINDS: others.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/support/tmpdir.sh
dir=$(mktemp -d "$TMPDIR/ctok-scenario-XXXXXX")
chmod 755 "$dir"
trap 'rm -rf "$dir"' EXIT
trap 'kill $pids 2>/dev/null; exit 1' INT TERM
pids=''
seed=${HOSTILE_SEED:-1} cases=${HOSTILE_CASES:-6}
# Two at a time: most of a case is waiting for the shop's pace.
start() { # start NAME SEED KIND …
	mkdir "$dir/$1"
	chmod 755 "$dir/$1"
	/usr/bin/python3 tests/support/hostile.py "$dir/$1" "$2" "$cases" "${@:3}" >"$dir/$1.tap" 2>"$dir/$1.err" &
	pids="$pids $!"
}
if [ -n "${HOSTILE_KINDS+set}" ]; then
	# shellcheck disable=SC2086 # words
	start a "$seed" $HOSTILE_KINDS
	# shellcheck disable=SC2086
	start b $((seed + cases)) $HOSTILE_KINDS
else
	export HOSTILE_MEND=2
	start a "$seed" one_row_left empty another_website ids_reused course_remade rules_removed
	start b $((seed + cases)) half_the_list repeated_rows clock_behind another_shop upper_case nobody_enrolled
fi
code=0
for pid in $pids; do wait "$pid" || code=1; done
cat "$dir"/a.tap "$dir"/b.tap | grep -v '^1\.\.' | awk '/^(not )?ok /{ n++; sub(/ok [0-9]+/, "ok " n) } { print } END { print "1.." n }'
cat "$dir"/a.err "$dir"/b.err >&2
exit $code
