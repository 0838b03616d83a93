#!/bin/sh
# Run each fuzz program for SECONDS (60) on its corpus: tests/fuzz/run.sh PROGRAM…
# What a run finds new stays under build/; an input that breaks something is kept there as crash-*, and the run fails.
set -u
seconds=${SECONDS_EACH:-60}
failed=0
for program in "$@"; do
	name=${program##*/fuzz_}
	found=$(dirname "$program")/corpus/$name
	mkdir -p "$found"
	# What earlier runs found (tests/fuzz/keep.sh).
	[ ! -f "tests/fuzz/found/$name.tar.gz" ] || tar -C "${found%/*}" -xzf "tests/fuzz/found/$name.tar.gz"
	if "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix="$found-" \
		"$found" "tests/fuzz/corpus/$name" >"$found.log" 2>&1; then
		echo "fuzz_$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log") inputs, nothing found"
	else
		echo "fuzz_$name: failed"
		tail -40 "$found.log"
		failed=1
	fi
done
exit "$failed"
