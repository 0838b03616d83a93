#!/bin/bash
# Subscriptions, disputes and refunds at Stripe through twelve nights, each learner a story of their own (tests/support/stripe_life.py): who has access in
# Moodle, night by night. The rules say a year of everything, so that a cycle that lasts what was paid for is seen to. Nights 3 and 9 do not run; in night
# 10 the key is a wrong one.
read_level=1
. "$(dirname "$0")/lib.sh"
nights="0 1 2 4 5 6 7 8 10 11"
declare -A seen
rules() { # rules PLAN: what the rule of the one plan says
	local year='term = "P1Y"; grace_days = 2; notice_days = 1;'
	echo "products = ( $(for product in week:"$year renews = true;" gold:"$year renews = true;" wary:"$year on_dispute = \"suspend\";" year:"$year" plan:"$1"; do
		echo "{ source = \"pay\"; match = \"product:prod_${product%%:*}\"; site = \"campus\"; courses = (\"MATH-101\"); ${product#*:} },"
	done)
	{ source = \"play\"; match = \"product:prod_week\"; site = \"campus\"; courses = (\"MATH-101\"); term = \"P1Y\"; },
	{ source = \"pay\"; match = \"product:prod_course\"; site = \"campus\"; courses = (\"MATH-101\"); term = \"P30D\"; grace_days = 2; notice_days = 1; } );" >"$dir/rules.conf"
}
account() { # account NAME KEY
	echo ", { name = \"$1\"; kind = \"stripe\"; role = \"sale\"; url = \"$url\"; api_key = \"file:$dir/sandbox/$2\"; ca_file = \"$dir/sandbox/ca.pem\"; skip_payouts = true;
		allow_private = (\"127.0.0.1\", \"localhost\"); start = \"2026-10-01\"; learner_email_labels = (\"learner_email\", \"Learner e-mail\"); learner_name_labels = (\"Learner name\"); }"
}
day() { # day N [KEY]: it is the night of that day, and what happened by then has
	now=$(date -u -d "2026-11-20 + $1 days" +%F)T03:00:00Z
	more_sources="$(account pay "${2:-stripe.key}")$(account play stripe-test.key)"
	write_conf
	control clock "now=$now" >/dev/null
	python3 tests/support/stripe_life.py "$1" >"$dir/day"
	while IFS=$'\t' read -r kind objects; do
		control stripe "kind=$kind" "objects=$objects" | grep -q '"ok":true' || expect "day $1: the account has its new $kind" "ok" "refused"
	done <"$dir/day"
}
codes=
steps() { # steps: the night by its parts, and who has access after it
	local program who
	for program in pull-sales pull-moodle reconcile apply mail; do
		run ctok-$program
		[ "$code" -eq 0 ] || codes="$codes $day_no:$program:$code"
	done
	look
}
look() {
	local line who
	declare -A tonight=()
	line=$(control sql "sql=SELECT string_agg(split_part(u.email, '@', 1) || ':' || CASE WHEN e.status = 0 AND (e.timeend = 0 OR e.timeend > $(date -u -d "$now" +%s)) THEN 'A' ELSE 'S' END, ' ') AS t
		FROM mdl_user_enrolments e JOIN mdl_user u ON u.id = e.userid JOIN mdl_enrol i ON i.id = e.enrolid WHERE i.enrol = 'manual' AND u.email LIKE '%@life.test'" | grep -o '"t":"[^"]*"' | cut -d'"' -f4)
	for who in $line; do tonight[${who%:*}]=${who#*:}; done
	for who in anew aold cures fails lastminute unpaid atonce leaves stays missed pauses resumes pausegone plan team1 team2 team3 dkeeps dwary dloses dtwo \
		revives yen dinar moves noevent nohook longest late tries play wrongkey; do
		seen[$who]="${seen[$who]:-}${tonight[$who]:--}"
	done
}
# Facts of ours about one learner.
of() { sql "SELECT $2 FROM ctok.person p LEFT JOIN ctok.access a USING (tenant_id, person_id) WHERE p.email = '$1@life.test'"; }
until_() { of "$1" "to_char(a.ends_at AT TIME ZONE 'Europe/Madrid', 'YYYY-MM-DD')"; }
debts() { sql "SELECT coalesce(string_agg(to_char(d.debt_at AT TIME ZONE 'Europe/Madrid', 'MM-DD') || CASE WHEN d.cured_at IS NULL THEN ' owed' ELSE ' paid' END, ', ' ORDER BY d.debt_at), 'none')
	FROM ctok.debt_episode d JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email = '$1@life.test'"; }
cycles() { sql "SELECT string_agg(e.cycle || ' ' || e.price_minor, ', ' ORDER BY e.cycle) FROM ctok.entitlement e JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email = '$1@life.test'"; }
told() { sql "SELECT coalesce(string_agg(CASE o.template WHEN 'expiry-soon' THEN substring(o.event FROM '[0-9]+$') ELSE o.template END || to_char(o.queued_at, ' MM-DD'), ', ' ORDER BY o.mail_id), 'nothing')
	FROM ctok.outbox o JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email = '$1@life.test' AND o.template IN ($2) AND o.state = 'sent'"; }
ends() { sql "SELECT count(*) FROM ctok.action a JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email = '$1@life.test' AND a.kind = 'suspend'"; }

rules 'term = "P1Y"; grace_days = 2; notice_days = 1; renews = true;'
start --seed contract --now 2026-11-20T02:55:00Z
control sql "sql=DELETE FROM shop.orders" >/dev/null
without='"welcome", "suspended", "certificate-waiting", "certificate-expiring"' mail_extra='expiry_days = ("14", "7", "3");'
for day_no in $nights; do
	case $day_no in
	0)
		day 0
		night
		hold
		admin go-live --since 2026-10-01
		expect "live" 0 "$code"
		;;
	5) rules 'term = "P9D"; grace_days = 0; price = "1.00 USD";' && day 5 ;;
	10) day 10 stripe-test.key ;;
	*) day "$day_no" ;;
	esac
	steps
	case $day_no in
	0) # Somebody enrolled one of them a second time, by another method: that is not ours.
		control sql "sql=INSERT INTO mdl_enrol (id, enrol, status, courseid) SELECT 9999, 'self', 0, i.courseid FROM mdl_enrol i JOIN mdl_course c ON c.id = i.courseid WHERE i.enrol = 'manual' AND c.shortname = 'MATH-101'" >/dev/null
		control sql "sql=INSERT INTO mdl_user_enrolments (id, status, enrolid, userid, timestart, timeend) SELECT 999999, 0, 9999, id, 0, 0 FROM mdl_user WHERE email = 'unpaid@life.test'" >/dev/null
		;;
	2)
		states=$(of dkeeps "a.state || ' ' || a.why"),$(of dwary "a.state || ' ' || a.wanted"),$(of dtwo a.state)
		long=$(until_ longest)
		asked=$(sql "SELECT string_agg(split_part(email, '@', 1), ' ' ORDER BY email) FROM rule.report_renewal WHERE email IN ('leaves@life.test', 'anew@life.test')")
		;;
	5) past_due=$(of fails "a.state || ' ' || a.wanted"),$(until_ fails) ;;
	6) apis=$(until_ anew),$(until_ aold) ;;
	7)
		admin explain fails@life.test
		explained=$(grep -o 'subscription "sub_fails" of source "pay" is past due, paid until 2026-11-25' "$dir/out" | head -1)
		;;
	10)
		waits=$(sql "SELECT string_agg(DISTINCT f.class, ' ' ORDER BY f.class) FROM ctok.finding f LEFT JOIN ctok.person p USING (tenant_id, person_id)
			WHERE f.cleared_at IS NULL AND (f.class = 'SOURCE_SILENT' OR f.class = 'END_WAITS' AND p.email = 'wrongkey@life.test')")
		;;
	esac
done
expect "every step of every night ends well but with the wrong key" " 10:pull-sales:77" "$codes"

scenario both-api-shapes-renew "AAAAAAAAAA AAAAAAAAAA 2026-11-30,2026-11-30 2026-12-05" "${seen[anew]} ${seen[aold]} $apis $(until_ aold)"
scenario recovered-payment-is-the-next-cycle "AAAAAAAAAA: 1 2000, 2 2000, 3 2000: 11-25 paid" "${seen[cures]}: $(cycles cures): $(debts cures | cut -d, -f1)"
scenario failed-retries-do-not-move-the-debt "AAAAAASSSS: 11-25 owed" "${seen[fails]}: $(debts fails)"
scenario past-due-keeps-access-in-grace "grace active,2026-11-25" "$past_due"
scenario recovered-in-the-same-run-is-not-expired "AAAAAAAAAA 0" "${seen[lastminute]} $(ends lastminute)"
scenario status-unpaid-has-grace-too "AAAAAASSSS: 11-25 owed" "${seen[unpaid]}: $(debts unpaid)"
scenario ends-only-our-own-row "S 0" "${seen[unpaid]: -1} $(control sql "sql=SELECT 'status ' || status AS t FROM mdl_user_enrolments WHERE id = 999999" | grep -o 'status [0-9]' | cut -d' ' -f2)"
expect "explain tells of the subscription" 'subscription "sub_fails" of source "pay" is past due, paid until 2026-11-25' "$explained"

scenario renewal-list-has-who-is-to-end "leaves" "$asked"
scenario cancel-at-once-ends-access "AAASSSSSSS: 11-21 owed" "${seen[atonce]}: $(debts atonce)"
scenario cancel-at-period-end-keeps-until-then "AAAAAAASSS: 7 11-21, 3 11-22" "${seen[leaves]}: $(told leaves "'expiry-soon'")"
scenario cancel-taken-back-before-the-end "AAAAAAAAAA: 7 11-21" "${seen[stays]}: $(told stays "'expiry-soon'")"
scenario missed-night-warns-once-late "7 11-21, 3 11-24" "$(told missed "'expiry-soon'")"
expect "who renews is not warned" "nothing" "$(told anew "'expiry-soon'")"

scenario pause-keeps-what-was-paid "AAAAAASSSS" "${seen[pauses]}"
scenario resumed-pause "AAAAAAAAAA" "${seen[resumes]}"
scenario deleted-while-paused-ends "AAASSSSSSS" "${seen[pausegone]}"

scenario plan-change-keeps-the-running-cycle "AAAAAAAAAA: 1 2000, 2 3800: 2026-12-03" "${seen[plan]}: $(cycles plan): $(until_ plan)"
scenario resubscribe-restores-everybody "AAASSSSAAA AAASSSSAAA AAASSSSAAA" "${seen[team1]} ${seen[team2]} ${seen[team3]}"

scenario dispute-keeps-by-default "AAAAAAAAAA: held disputed,held suspended,held" "${seen[dkeeps]}: $states"
scenario dispute-suspends-by-policy "ASS" "${seen[dwary]:0:3}"
scenario dispute-won-restores "AAAAAAA: restored 11-24" "${seen[dwary]:3}: $(told dwary "'restored'")"
scenario dispute-lost-revokes "AAAAASSSSS: revoked dispute" "${seen[dloses]}: $(of dloses "a.state || ' ' || a.why")"
scenario two-disputes-one-won "AAAAAAAAAA: active" "${seen[dtwo]}: $(of dtwo a.state)"
scenario refund-of-a-refund-revives "AAASAAAAAA" "${seen[revives]}"
scenario yen-and-dinar-refund-in-part "AAASSSSSSS AAAAAAAAAA" "${seen[yen]} ${seen[dinar]}"
scenario a-learner-may-change-buyer "AAAAAAAAAA 0" "${seen[moves]} $(ends moves)"

scenario no-event-still-found "-AAAAAAAAA -AAAAAAAAA" "${seen[noevent]} ${seen[nohook]}"
scenario longest-right-wins "AAAAAASSSS: 2027 2026-11-25" "${seen[longest]}: ${long%%-*} $(until_ longest)"
scenario a-course-paid-late-is-a-whole-one "-AAAAAAAAA: 2026-12-21" "${seen[late]}: $(until_ late)"
scenario a-trial-gives-its-days "AAASSSSSSS" "${seen[tries]}"
scenario test-mode-enrols-nobody "----------: TEST_ORDER" "${seen[play]}: $(sql "SELECT string_agg(DISTINCT v.verdict, ',') FROM rule.unit_verdict v JOIN ctok.source s USING (tenant_id, source_id) WHERE s.name = 'play'")"
scenario wrong-key-is-silence-with-a-finding "AAAAAAAAAS: END_WAITS SOURCE_SILENT" "${seen[wrongkey]}: $waits"

expect "one event, one mail" "" "$(sql "SELECT event FROM ctok.outbox GROUP BY event, person_id HAVING count(*) > 1")"
run ctok-report
expect "every control ties" "" "$(sql "SELECT string_agg(concat_ws(' ', control, expected, actual), ', ') FROM rule.control_now WHERE expected <> actual")"
writes_before=$(writes)
steps
expect "a quiet night" "$writes_before" "$(writes)"
finish
