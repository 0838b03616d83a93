#!/bin/bash
# Whole programs on a generated academy that the sandbox serves: the most memory each holds on ${SALES} sales, beside the promise of 256 MiB;
# then changes a second of ctok-apply on ${APPLY} sales, beside the same changes sent bare to the same server over as many connections, both
# from the same state, in turn. Reading the shop keeps its pace of four pages a second. Prints lines for run.sh.
#
#     programs.sh SALES APPLY [ROUNDS]
sales=$1 apply=$2 rounds=${3:-3}
. "$(dirname "$0")/../scenarios/lib.sh"
grouped() { sed ':a;s/\B[0-9]\{3\}\>/,&/;ta' <<<"$1"; }

# measure PROGRAM [COMMAND …]: run it; its figures. An exit code that is not the first word of ${good} ends the measuring.
measure() {
	local program=$1 figures
	figures=$(/usr/bin/python3 "$root/tests/bench/peak.py" "$dir/out" "$bin/$1" "${@:2}" --config "$dir/ctok-batch.conf")
	read -r code seconds peak <<<"$figures"
	case " ${good:-0} " in
	*" $code "*) ;;
	*) echo "$* ended with $code: $(tail -3 "$dir/out")" >&2; exit 1 ;;
	esac
	case ${2:-} in
	plan | explain | go-live) program="$1 $2" ;;
	esac
	printf '  %-22s %8.1f s %7.1f MiB\n' "$program" "$seconds" "$peak" >&2
	[ -n "${quiet:-}" ] || printf '%s, peak memory on %s sales\tMiB\t%s\tlimit\t256\n' "$program" "$(grouped "$sales")" "$peak"
}

begin() { # begin SALES: an academy, trial night and go-live over, everything planned
	start --world "seed=1,sales=$1"
	cp "$dir/sandbox/rules.conf" "$dir/rules.conf"
	run ctok-admin check
	hold
	for i in $(seq 100); do sql "SELECT 1" >/dev/null 2>&1 && break; sleep 0.1; done
	measure ctok-pull-sales
	measure ctok-pull-moodle
	measure ctok-reconcile
	measure ctok-admin plan
	measure ctok-admin go-live --since "$(cat "$dir/sandbox/first-day")"
	quiet=1 measure ctok-reconcile
}
let_go() { # the held database ends with its last program
	kill "$held" 2>/dev/null
	wait "$held" 2>/dev/null
	held=
	stop_database
}

begin "$sales"
good="0 65" measure ctok-apply
measure ctok-certify
measure ctok-report
measure ctok-mail
measure ctok-admin explain "$(sql "SELECT p.email FROM ctok.person p JOIN ctok.access a USING (tenant_id, person_id) GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1")"

# The smaller academy, again and again from the same state.
let_go
kill "$sandbox" "$smtpd"
wait "$sandbox" "$smtpd" 2>/dev/null
rm -rf "$dir/state" "$dir/sandbox" "$dir/smtp.port"
quiet=1 begin "$apply"
let_go
cp -a "$dir/state" "$dir/aside"
control snapshot >/dev/null
: >"$dir/ours"
: >"$dir/theirs"
for round in $(seq "$rounds"); do
	rm -rf "$dir/state"
	cp -a "$dir/aside" "$dir/state"
	control restore >/dev/null
	hold
	for i in $(seq 100); do sql "SELECT 1" >/dev/null 2>&1 && break; sleep 0.1; done
	good="0 65" quiet=1 measure ctok-apply
	sql "SELECT 'user', a.user_id, u.username, u.firstname, u.lastname, u.email FROM ctok.action a JOIN ctok.mirror_user u USING (tenant_id, site_id, user_id)
		WHERE a.state = 'done' AND a.kind = 'create_account'" >"$dir/rows"
	sql "SELECT 'enrol', a.after_start, a.after_end, a.after_status, a.user_id, a.course_id FROM ctok.action a
		WHERE a.state = 'done' AND a.kind <> 'create_account' AND a.after_status IS NOT NULL ORDER BY a.action_id" >>"$dir/rows"
	echo "$(wc -l <"$dir/rows") $seconds" >>"$dir/ours"
	let_go
	control restore >/dev/null
	/usr/bin/python3 "$root/tests/bench/peer_moodle.py" "$dir/sandbox" "$dir/rows" >>"$dir/theirs" || exit 1
done
rate() { awk '{ print $1 / $2 }' "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
printf 'changes in Moodle\t1/s\t%s\tthe same changes, sent bare\t%s\n' "$(rate "$dir/ours")" "$(rate "$dir/theirs")"
