#!/bin/bash
# A night that is cut off anywhere, and run again, ends as one that nobody disturbed: a seeded share of the points, and those where it is
# not known at first what was done. All of them: tests/soak.sh. Arguments are those of tests/support/kills.py.
. "$(dirname "$0")/kills_world.sh"
world_rule='cohorts = ("BUYERS");' world_site='cohort = "LEARNERS"; make_cohorts = true; welcome = "NOCRIT";'
prepare
if [ $# -eq 0 ]; then
	set -- --at "power-after@ctok-apply http core_user_create_users" --at "power-after@ctok-apply http core_user_update_users" --at "power-after@ctok-apply http core_cohort_add_cohort_members" \
		--at "power-before@ctok-apply http core_cohort_delete_cohort_members" --at "power-before@ctok-certify rename" --at "power-after@ctok-mail mail" \
		--at "database-before@ctok-apply commit" --at "full@ctok-report" --seed "${SEED:-1}"
fi
/usr/bin/python3 tests/support/kills.py "$dir" --from "$n" "$@" | tee "$dir/kills.tap"
code=${PIPESTATUS[0]}
n=$((n + $(grep -c '^\(not \)\?ok ' "$dir/kills.tap")))
scenario cut-off-night-repeats-to-the-same-end "0, some points" "$code, $([ "$(grep -c '^ok ' "$dir/kills.tap")" -gt 0 ] && echo some points)"
finish
