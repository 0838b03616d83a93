#!/bin/bash
# Every scenario with programs built under the address and undefined-behaviour sanitizers; then every unit program and scenario under valgrind:
# tests/sanitize.sh [asan|valgrind]. (Unit programs under the sanitizers: make check.) SCENARIOS, UNIT: which scenarios and unit programs (shell
# patterns), all by default. What the tools say is kept under build/sanitize/, and the run fails.
set -u
cd "$(dirname "$0")/.." || exit 1
found=$PWD/build/sanitize
bad=0

# The database and whatever else we start are not ours to judge.
others='*/postgres,*/initdb,*/pg_ctl,/bin/*,/usr/bin/*'

run() { # run TOOL [UNIT-PROGRAM...]: those and the scenarios as the environment says; fails if one did or if the tool wrote a word
	bash tests/run.sh "${@:2}" || bad=1
	find "$found/$1" -type f -empty -delete
	[ -z "$(ls "$found/$1")" ] || { echo "$1: see $found/$1"; head -40 "$found/$1"/*; bad=1; }
}
fresh() { rm -rf "${found:?}/$1" && mkdir -p "$found/$1" && chmod 1777 "$found/$1"; }

if [ "${1:-asan}" = asan ]; then
	fresh asan
	make -s -j"$(nproc)" test-programs && make -s -j"$(nproc)" B=build/san SANITIZE=address,undefined OPTIMISE='-O1 -g' all || exit 1
	ln -sfn ../../templates build/san/templates # programs look for them beside their own folder
	CTOK_BIN=$PWD/build/san/bin ASAN_OPTIONS=detect_leaks=1:log_path=$found/asan/log \
		UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:log_path=$found/asan/log run asan
fi
if [ "${1:-valgrind}" = valgrind ]; then
	fresh valgrind
	make -s -j"$(nproc)" test-programs || exit 1
	PATIENCE=6 CTOK_UNDER="valgrind -q --vgdb=no --trace-children=yes --trace-children-skip=$others --leak-check=full --errors-for-leak-kinds=definite \
--show-leak-kinds=definite --log-file=$found/valgrind/log.%p" run valgrind $(printf '%s\n' build/tests/${UNIT:-test_*} | grep -v '\.')
fi
exit "$bad"
