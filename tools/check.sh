#!/bin/bash
# make check: format, layers, banned calls, documents in step, both compilers, unit tests under the address and undefined-behaviour sanitizers.
# Each line says what it looked at; exits 1 if anything is wrong.
set -u
cd "$(dirname "$0")/.."
bad=0
step() { # step TITLE COMMAND...
	local title=$1 log
	shift
	log=$("$@" 2>&1) && echo "ok      $title" || { echo "NOT OK  $title"; echo "$log" | tail -40; bad=1; }
}
sources() { git ls-files '*.c' '*.h'; }
format() { sources | xargs clang-format --dry-run -Werror; }
example() { make -s bin/ctok-admin && bin/ctok-admin example-config | diff ctok-batch.conf.example -; }
compile() { make -s -j"$(nproc)" CC="$1" B="build/$1" WERROR=1 "${@:2}" build/"$1"/libctok.a; }
sanitized() {
	make -s -j"$(nproc)" B=build/san SANITIZE=address,undefined OPTIMISE='-O1 -g' test-programs &&
		ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 SCENARIOS=none \
			bash tests/run.sh $(ls build/san/tests/test_* | grep -v '\.')
}
step "format (clang-format 14)" format
step "layers: includes point down" awk -f tools/check-layers.awk $(git ls-files 'lib/*/*.[ch]' 'include/*/*.h' 'jobs/*.[ch]')
step "banned calls" sh tools/check-banned.sh
step "ctok-batch.conf.example is what the declarations say" example
step "gcc without a warning" compile gcc
step "clang without a warning" compile clang
step "unit tests under address and undefined-behaviour sanitizers" sanitized
exit $bad
