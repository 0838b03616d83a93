#!/bin/bash
# Long proofs: every history of an access; random lives of accesses beside an oracle; every rule made wrong in every place; the ledger of many histories however they are cut; many generated worlds through whole nights at all three read levels; a night cut off before and after each of its effects, in
# every way (tests/support/kills.py); 200 nights with hostile feeds; 10,000 mails whose sender is killed 200 times; every fuzz target for a while; every scenario under sanitizers and valgrind.
# SOAK_LIFE: events in histories of an access, all of which are played (6); 0 for none.
# SOAK_LIVES: worlds of accesses whose lives an oracle judges (100000), and histories of the model through the real statements besides; 0 for none.
# SOAK_MUTANTS: wrong rules, of each so many one (1); 0 for none.
# SOAK_HISTORIES: histories of sales, each cut into pulls in five ways (100000); 0 for none.
# SOAK_SPOILED: exports, each spoiled in one way (100000); 0 for none.
# SOAK_HOSTILE: nights with hostile feeds (200); 0 for none.
# SOAK_MAILS: mails whose sender is killed (10000), once for each 50 of them; 0 for none.
# SOAK_WORLDS: how many worlds (200). SOAK_SALES: sales in each (300). SOAK_KILLS: all, or none. SOAK_FUZZ: seconds per fuzz target (600); 0 for none.
set -u
cd "$(dirname "$0")/.." || exit 1
worlds=${SOAK_WORLDS:-200} sales=${SOAK_SALES:-300} fuzz=${SOAK_FUZZ:-600} kills=${SOAK_KILLS:-all}
hostile=${SOAK_HOSTILE:-200}
histories=${SOAK_HISTORIES:-100000}
spoiled=${SOAK_SPOILED:-100000}
mails=${SOAK_MAILS:-10000}
life=${SOAK_LIFE:-6}
lives=${SOAK_LIVES:-100000}
mutants=${SOAK_MUTANTS:-1}
bad=0
mkdir -p build/soak
if [ "$life" -gt 0 ]; then
	LIFE_EVENTS=$life build/tests/test_life_model >build/soak/life_model.log 2>&1 || { bad=$((bad + 1)); tail -5 build/soak/life_model.log; }
	grep -h '^# ' build/soak/life_model.log | sed 's/^# //'
fi
if [ "$lives" -gt 0 ]; then
	LIFE_WORLDS=$lives LIFE_EVENTS=4 LIFE_ALL=3 LIFE_SHARE=5000 build/tests/test_life >build/soak/lives.log 2>&1 || { bad=$((bad + 1)); tail -40 build/soak/lives.log; }
	awk '/^# .* worlds differ/ { worlds += $2; differ += $(NF - 2) } END { printf "%d lives of accesses beside the model and the oracle: %d differ\n", worlds, differ }' build/soak/lives.log
fi
if [ "$mutants" -gt 0 ]; then
	python3 tests/mutants.py --share "1/$mutants" >build/soak/mutants.log 2>&1 || { bad=$((bad + 1)); grep '^survived' build/soak/mutants.log; }
	grep '^# ' build/soak/mutants.log | sed 's/^# //'
fi
if [ "$histories" -gt 0 ]; then
	HISTORIES=$histories build/tests/test_histories >build/soak/histories.log 2>&1 || { bad=$((bad + 1)); tail -5 build/soak/histories.log; }
	echo "$histories histories of sales, each cut in five ways: see build/soak/histories.log"
fi
if [ "$spoiled" -gt 0 ]; then
	HOSTILE_CSV=$spoiled build/tests/test_hostile_csv >build/soak/spoiled.log 2>&1 || { bad=$((bad + 1)); tail -5 build/soak/spoiled.log; }
	echo "$spoiled spoiled files: see build/soak/spoiled.log"
fi
if [ "$hostile" -gt 0 ]; then
	HOSTILE_KINDS='' HOSTILE_CASES=$(((hostile + 1) / 2)) timeout 14400 bash tests/scenarios/46_hostile_feeds.sh >build/soak/hostile.log 2>&1 || bad=$((bad + 1))
	echo "$hostile nights with hostile feeds: $(grep -c '^not ok' build/soak/hostile.log) bad, see build/soak/hostile.log"
fi
if [ "$mails" -gt 0 ]; then
	MAILS=$mails KILLS=$((mails / 50)) timeout 7200 bash tests/scenarios/42_mail.sh >build/soak/mail.log 2>&1 || { bad=$((bad + 1)); tail -20 build/soak/mail.log; }
	grep '^# ' build/soak/mail.log | sed 's/^# /mails: /'
fi
for seed in $(seq "$worlds"); do
	level=$((seed % 3 + 1))
	log=build/soak/world-$seed.log
	if WORLD="seed=$seed,sales=$sales" read_level=$level timeout 1800 bash tests/scenarios/30_world.sh >"$log" 2>&1; then
		rm -f "$log"
	else
		bad=$((bad + 1))
		echo "world $seed (level $level): see $log"
		grep -A3 '^not ok' "$log" | head -8
	fi
	[ ! -t 2 ] || printf '\r%d of %d worlds, %d bad' "$seed" "$worlds" "$bad" >&2
done
echo "$worlds worlds of $sales sales: $bad bad"
if [ "$kills" = all ]; then
	mkdir -p build/soak
	ways=full,full-once,database-before,night-before,power-before+power-after,step-before+step-after
	for world in 40_kills 41_kills_first; do
		bash tests/scenarios/$world.sh --orders "$ways" >build/soak/$world.log 2>&1 ||
			{ bad=$((bad + 1)); grep -A12 '^not ok' build/soak/$world.log | head -60; }
		grep '^# .* points' build/soak/$world.log | sed "s/^# /nights that were cut off ($world): /"
	done
fi
if [ "$fuzz" -gt 0 ]; then
	make -s fuzz SECONDS_EACH="$fuzz" || bad=$((bad + 1))
fi
bash tests/sanitize.sh || bad=$((bad + 1))
[ "$bad" -eq 0 ]
