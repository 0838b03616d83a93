#!/bin/bash
# The very first night, which makes the database and everything in it and is a trial, is cut off; the next one ends as if nothing had been. All
# points: tests/soak.sh. Arguments are those of tests/support/kills.py.
. "$(dirname "$0")/lib.sh"
cat >"$dir/rules.conf" <<'R'
products = ( { source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; grace_days = 0; } );
R
now=2026-11-20T09:45:00Z
start --seed contract --now 2026-11-20T09:41:24Z
control clock now=2026-11-20T09:45:00Z frozen=1 >/dev/null
control sql "sql=DELETE FROM shop.orders" >/dev/null
order 1 MATH-1 ana@example.test 'Ana Díaz' 99.00 2026-11-18T10:00:00Z
order 2 MATH-1 ben@example.test 'Ben Ruiz' 99.00 2026-11-18T10:01:00Z '' '' 1 99.00
order 3 MATH-1 learner05@example.test 'İbrahim Şahin' 99.00 2026-11-18T10:03:00Z
order 10 NOBODY-KNOWS ana@example.test 'Ana Díaz' 10.00 2026-11-18T13:00:00Z
if [ $# -eq 0 ]; then
	set -- --at "power-after@ctok-nightly commit" --at "database-before@ctok-reconcile commit" --seed "${SEED:-1}"
fi
/usr/bin/python3 tests/support/kills.py "$dir" --first-night --from "$n" "$@" | tee "$dir/kills.tap"
code=${PIPESTATUS[0]}
n=$((n + $(grep -c '^\(not \)\?ok ' "$dir/kills.tap")))
[ "$code" -eq 0 ] || bad=$((bad + 1))
finish
