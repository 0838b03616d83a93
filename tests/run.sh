#!/bin/bash
# Run the unit programs named as arguments and every scenario, as many at a time as there are processors; show what failed; end with the line
# of counts. SCENARIOS: which scenarios (a shell pattern), all by default. CTOK_UNDER: a command that runs our programs, as valgrind. What only root can try is skipped for others, and counted.
# Named scenarios (tests/scenarios/lib.sh) are told one by one if TELL is set; one that its file names and did not try has failed.
set -u
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8            # whatever the caller's: tests read what tools say
export PYTHONDONTWRITEBYTECODE=1 # nothing beside the scripts in the repository
export CMOCKA_MESSAGE_OUTPUT=TAP
out=build/tests
mkdir -p "$out"
rm -f "$out"/*.tap "$out"/*.rc
passed=0 failed=0 skipped=0

# Scenarios take longest and wait for much: they begin, the unit programs fill the gaps.
tests=()
for scenario in tests/scenarios/${SCENARIOS:-[0-9]*}.sh; do
	[ ! -f "$scenario" ] || tests+=("$scenario")
done
tests+=("$@")
[ ${#tests[@]} -gt 0 ] || { echo "0 passed, 0 failed"; exit 1; }

# A scenario has twenty minutes, a unit program ten; PATIENCE times as much under tools that slow them down.
one() { # one TEST
	local name=${1##*/}
	case $1 in
	*.sh) timeout $((1200 * ${PATIENCE:-1})) bash "$1" ;;
	*) timeout $((600 * ${PATIENCE:-1})) ${CTOK_UNDER:-} "$1" ;;
	esac >"$out/$name.tap" 2>&1 </dev/null
	echo $? >"$out/$name.rc"
}
export -f one
export out
printf '%s\0' "${tests[@]}" | xargs -0 -P "$(nproc)" -I '{}' bash -c 'one "{}"'

for test in "${tests[@]}"; do
	name=${test##*/} rc=$(cat "$out/${test##*/}.rc" 2>/dev/null || echo 71)
	ok=$(grep -c '^ok ' "$out/$name.tap") || :
	bad=$(grep '^not ok ' "$out/$name.tap" | grep -vc '# SKIP') || :
	skipped=$((skipped + $(grep -c '^not ok .*# SKIP' "$out/$name.tap")))
	if [ "$rc" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
	if [ "$rc" -eq 0 ] && [ "$ok" -eq 0 ]; then bad=1; echo "== $name ran no test"; fi
	passed=$((passed + ok)) failed=$((failed + bad))
	[ "$bad" -eq 0 ] || { echo "== $name (exit $rc)"; grep -v '^ok ' "$out/$name.tap" | tail -60; }
done
# Whether a named scenario holds: in each file that names it, and each time there.
told() { # told NAME FILE …
	local name=$1 file
	shift
	for file; do
		! grep -Eq "^not ok [0-9]+ - $name\$" "$out/${file##*/}.tap" || { echo "not ok $name"; return; }
		grep -Eq "^ok [0-9]+ - $name\$" "$out/${file##*/}.tap" || { echo "not ok $name # $file did not try it"; return; }
	done
	echo "ok $name"
}
names() { sed -n 's/^[[:space:]]*scenario \([a-z0-9-]*\) .*/\1/p' "$@" | sort -u; }
files=()
for test in "${tests[@]}"; do
	[ "${test%.sh}" = "$test" ] || files+=("$test")
done
for name in $([ ${#files[@]} -eq 0 ] || names "${files[@]}"); do
	mapfile -t naming < <(grep -lE "^[[:space:]]*scenario $name " "${files[@]}")
	line=$(told "$name" "${naming[@]}")
	[ -z "${TELL:-}" ] || echo "$line"
	case $line in
	*"did not try it") failed=$((failed + 1)); [ -n "${TELL:-}" ] || echo "$line" ;;
	esac
done
echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
