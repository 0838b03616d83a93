#!/bin/bash
# Nights with Stripe: who paid has access; while a payment is under dispute what was given stays and nothing is given; won, it is given, lost, it is
# taken; a subscription that ends before its time takes its access with it. The workbook holds the payouts.
read_level=1
. "$(dirname "$0")/lib.sh"
T=1793610000 day=86400
echo 'products = ( { source = "pay"; match = "product:prod_cpr"; site = "campus"; courses = ("CPR-2Y"); term = "P2Y"; grace_days = 0; },
             { source = "pay"; match = "product:prod_weld"; site = "campus"; courses = ("MATH-101"); term = "P1M"; grace_days = 0; renews = true; } );' >"$dir/rules.conf"
start --seed contract --now 2026-11-20T02:55:00Z
without=${without/'"access-held", '/}
on() { # on MM-DD: it is the night of that day
	now=2026-$1T03:00:00Z
	more_sources=", { name = \"pay\"; kind = \"stripe\"; role = \"sale\"; url = \"$url\"; api_key = \"file:$dir/sandbox/stripe.key\"; ca_file = \"$dir/sandbox/ca.pem\";
	allow_private = (\"127.0.0.1\", \"localhost\"); start = \"2026-10-01\"; learner_email_labels = (\"Learner e-mail\"); learner_name_labels = (\"Learner name\"); }"
	write_conf
	control clock "now=$now" >/dev/null
}
make_() { python3 tests/support/stripe.py "$@"; }
put() { control stripe "kind=$1" "objects=$2" >/dev/null; }
new() { put "$1" "$(make_ "${@:2}")"; }
control sql "sql=DELETE FROM shop.orders" >/dev/null
for who in kim dora lou; do
	new checkout/sessions session id=cs_$who pi=pi_$who learner=$who@example.test learner_name="$who Test" created=$T
	new "checkout/sessions/cs_$who/line_items" item id=li_$who amount=9000
	new charges charge id=ch_$who amount=9000 pi=pi_$who created=$T
done
new invoices invoice id=in_sam number=W-1 subscription=sub_sam pi=pi_sam email=sam@example.test name='Sam Test' created=$((T + 15 * day))
new charges charge id=ch_sam pi=pi_sam created=$((T + 15 * day))
new subscriptions subscription id=sub_sam created=$((T + 15 * day))
new disputes dispute id=dp_dora amount=9000 charge=ch_dora pi=pi_dora created=$((T + 2 * day))
put balance_transactions "[$(make_ txn id=txn_kim amount=9000 fee=300 source=ch_kim payout=po_1 created=$T), $(make_ txn id=txn_hold amount=-1000 type=reserve_transaction created=$T)]"
new payouts payout id=po_1 amount=7700 created=$((T + day))
who_has() { control sql "sql=SELECT string_agg(split_part(u.email, '@', 1), ' ' ORDER BY u.email) AS t FROM mdl_user_enrolments e JOIN mdl_user u ON u.id = e.userid
	WHERE split_part(u.email, '@', 1) IN ('kim', 'dora', 'lou', 'sam') AND e.status = 0" | grep -o '"t":"[^"]*"' | cut -d'"' -f4; }
states() { sql "SELECT string_agg(split_part(p.email, '@', 1) || ' ' || a.state, ', ' ORDER BY p.email) FROM ctok.access a JOIN ctok.person p USING (tenant_id, person_id)"; }
open() { sql "SELECT string_agg(DISTINCT f.class, ' ' ORDER BY f.class) FROM ctok.finding f WHERE f.cleared_at IS NULL AND f.class <> 'WELCOME_MAIL'"; }
on 11-20
night
hold
admin go-live --since 2026-10-01
night
expect "who paid has access; not who disputes the payment" "0: kim lou sam: dora held, kim active, lou active, sam active: DISPUTED DISPUTE_OPEN" "$code: $(who_has): $(states): $(open)"
expect "who waits is told, once" "access-held dora@example.test 1" \
	"$(sql "SELECT min(o.template) || ' ' || min(p.email) || ' ' || count(*) FROM ctok.outbox o JOIN ctok.person p USING (tenant_id, person_id) WHERE o.template = 'access-held' AND o.state = 'sent'")"
expect "the workbook holds the payout, by an independent witness" "Payouts 1" \
	"$(/usr/bin/python3 tests/support/check_workbook.py "$(find "$dir/state" -name '*.xlsx' | sort | tail -1)" | grep -o 'complaint.*\|Payouts 1')"
writes_before=$(writes)
night
expect "a quiet night" "0: $writes_before" "$code: $(writes)"

# Lou's payment is disputed after access was given: it stays, and is not made longer by hand or by us.
at=$((T + 18 * day))
new disputes dispute id=dp_lou amount=9000 charge=ch_lou pi=pi_lou created=$at
new events event id=evt_1 type=charge.dispute.created object=dispute of=dp_lou created=$at
on 11-21
night
expect "what was given stays while it is disputed" "0: kim lou sam: dora held, kim active, lou held, sam active" "$code: $(who_has): $(states)"
expect "and is told" "DISPUTED DISPUTE_OPEN" "$(open)"
expect "nothing was written" "$writes_before" "$(writes)"

# One is won, one lost, and a subscription ends at once.
put disputes "$(make_ dispute id=dp_dora amount=9000 charge=ch_dora pi=pi_dora created=$((T + 2 * day)) status=won won_at=$((at + day)))"
put disputes '{"id":"dp_lou","status":"lost"}'
put subscriptions "$(make_ subscription id=sub_sam created=$((T + 15 * day)) status=canceled ended_at=$((at + day)))"
new events event id=evt_2 type=charge.dispute.closed object=dispute of=dp_lou created=$((at + day))
new events event id=evt_3 type=customer.subscription.deleted object=subscription of=sub_sam created=$((at + day))
on 11-22
night
expect "won is given, lost is taken, and so is what a subscription gave that ended" "0: dora kim: dora active, kim active, lou revoked, sam suspended: " "$code: $(who_has): $(states): $(open)"
admin explain sam@example.test
expect "the story tells why" 1 "$(grep -c 'ended by the end of the subscription' "$dir/out")"
expect "every control ties" "" "$(sql "SELECT string_agg(concat_ws(' ', control, expected, actual), ', ') FROM rule.control_now WHERE expected <> actual")"
writes_before=$(writes)
night
expect "a quiet night again" "0: $writes_before" "$code: $(writes)"
finish
