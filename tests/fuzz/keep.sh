#!/bin/sh
# Keep what long runs found: for each fuzz program the smallest set of inputs that reaches all it reached, packed into tests/fuzz/found/, from
# where the next run goes on: tests/fuzz/keep.sh PROGRAM…
set -eu
for program in "$@"; do
	name=${program##*/fuzz_}
	found=$(dirname "$program")/corpus
	least=$found/least/$name
	rm -rf "$least"
	mkdir -p "$least"
	"$program" -merge=1 "$least" "tests/fuzz/corpus/$name" "$found/$name" >"$found/$name.log" 2>&1
	tar --sort=name --owner=0 --group=0 --mtime=2026-01-01 -C "$found/least" -cf - "$name" | gzip -9n >"tests/fuzz/found/$name.tar.gz"
	echo "fuzz_$name: $(ls "$least" | wc -l) inputs kept"
done
