#!/bin/bash
# Stripe through whole programs: what the contract's samples show with the movements that the contract makes of them, what changes between pulls
# and is found by events and what was left open, payouts down to a residual of nothing, and everything that must not pass for a whole reading.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
T=1793610000
pay() { # pay SETTINGS: a source of that account
	more_sources=", { name = \"pay\"; kind = \"stripe\"; role = \"${role:-sale}\"; url = \"$url\"; api_key = \"file:$dir/${key:-sandbox/stripe.key}\";
	ca_file = \"$dir/sandbox/ca.pem\"; allow_private = (\"127.0.0.1\", \"localhost\"); start = \"2026-10-01\";
	learner_email_labels = (\"Learner e-mail\", \"learner_email\"); learner_name_labels = (\"Learner name\"); ${1:-} }"
	write_conf
}
echo 'products = ( { source = "shop"; match = "sku:BLS"; site = "campus"; courses = ("ACLS"); } );' >"$dir/rules.conf"
start --seed empty
make_() { python3 tests/support/stripe.py "$@"; }
put() { control stripe "kind=$1" "objects=$2" >/dev/null; }  # put KIND JSON
new() { put "$1" "$(make_ "${@:2}")"; }                       # new KIND BUILDER NAME=VALUE …
pull() { run ctok-pull-sales --source pay "$@"; }
for kind in invoices subscriptions charges refunds disputes credit_notes checkout/sessions checkout/sessions/cs_{shop,later,free}/line_items customers events; do
	put "$kind" "$(make_ world "$kind")"
done
get() { curl -sS -o "$dir/answer" -w '%{http_code} ' --cacert "$dir/sandbox/ca.pem" -H "Authorization: Bearer ${key-$(cat "$dir/sandbox/stripe.key")}" "$url/v1/$1"; cat "$dir/answer"; }
told() { python3 -c 'import json,sys; a = sys.stdin.read(); d = json.loads(a[4:]); print(a[:3], eval(sys.argv[1], {"d": d}))' "$1"; }

# The sandbox answers as the contract says.
expect "a page has 10 rows unless more are asked for" "200 (10, True)" "$(get invoices | told '(len(d["data"]), d["has_more"])')"
expect "newest first" "200 True" "$(get 'invoices?limit=100' | told '[r["created"] for r in d["data"]] == sorted((r["created"] for r in d["data"]), reverse=True)')"
expect "cancelled subscriptions are hidden" "200 7" "$(get 'subscriptions?limit=100' | told 'len(d["data"])')"
expect "but for those who ask" "200 9" "$(get 'subscriptions?limit=100&status=all' | told 'len(d["data"])')"
expect "10 lines come with an invoice" "200 (10, True)" "$(get invoices/in_long | told '(len(d["lines"]["data"]), d["lines"]["has_more"])')"
expect "all of them from their list" "200 12" "$(get 'invoices/in_long/lines?limit=100' | told 'len(d["data"])')"
expect "a filter that the list does not have" "400 parameter_unknown" "$(get 'refunds?customer=cus_ana' | told 'd["error"]["code"]')"
expect "no such object" "404 resource_missing" "$(get invoices/in_nosuch | told 'd["error"]["code"]')"
expect "an object of the other mode" "404 resource_missing" "$(key=$(cat "$dir/sandbox/stripe-test.key") get invoices/in_now | told 'd["error"]["code"]')"
expect "a wrong key" "401 invalid_request_error" "$(key=sk_live_wrong get invoices | told 'd["error"]["type"]')"

pay
hold
pulls() { sql "SELECT concat_ws(' ', complete, documents, changed) FROM ctok.pull p JOIN ctok.source s USING (source_id) WHERE s.name = 'pay' ORDER BY pull_id DESC LIMIT 1"; }
why() { sql "SELECT failure FROM ctok.pull ORDER BY pull_id DESC LIMIT 1"; }
documents() {
	sql "SELECT concat_ws(' ', d.number, d.kind, nullif(d.corrects, ''), d.status, d.currency, d.total_minor, 'paid', d.paid_minor, 'back', d.refunded_minor, 'other', d.unallocated_minor, coalesce(c.email, '-'))
		FROM ctok.document d LEFT JOIN ctok.contact c ON c.contact_id = d.buyer_contact_id WHERE d.external_id ~ '^(${1:-.*})\$' ORDER BY length(d.number), d.number"
}
movements() {
	sql "SELECT concat_ws(' ', d.number, m.kind, m.external_key, m.amount_minor, m.currency, to_char(m.effective_at, 'MM-DD HH24:MI'))
		FROM ctok.movement m JOIN ctok.document d USING (tenant_id, document_id) WHERE d.external_id ~ '^(${1:-.*})\$' ORDER BY length(d.number), d.number, m.movement_id"
}
units() {
	sql "SELECT concat_ws(' ', d.number, p.product_key, p.name, l.line_key || '.' || u.unit_no, u.net_minor, v.verdict, v.revoked_why, to_char(v.revoked_at, 'MM-DD HH24:MI'), c.email)
		FROM rule.unit_verdict v JOIN ctok.unit u USING (tenant_id, unit_id) JOIN ctok.line l ON l.document_id = v.document_id AND l.line_no = v.line_no
		JOIN ctok.product p ON p.product_id = l.product_id JOIN ctok.document d ON d.document_id = v.document_id LEFT JOIN ctok.contact c ON c.contact_id = l.learner_contact_id
		WHERE d.external_id ~ '^(${1:-.*})\$' ORDER BY length(d.number), d.number, l.line_no, u.unit_no"
}
findings() {
	sql "SELECT concat_ws(' ', f.class, d.number, f.risk_minor, f.currency, nullif(f.detail, '')) FROM rule.finding_now f LEFT JOIN ctok.document d USING (tenant_id, document_id)
		WHERE f.class ~ '${1:-.*}' ORDER BY 1"
}
untied() { sql "SELECT string_agg(concat_ws(' ', control, currency, expected, actual), ', ') FROM rule.control_now WHERE expected <> actual AND control <> 'OPEN_IN_FINDINGS'"; }

# What the samples show, through the real path.
control reset >/dev/null
pull
expect "all is read whole" "0: t 20 20" "$code: $(pulls)"
expect "always by the version that is pinned" "" "$(control counters | grep -o 'stripe.unpinned')"
expect "documents: drafts, sessions of subscriptions and sessions that sold nothing are none" "W-1 invoice paid USD 2000 paid 2000 back 500 other 0 ana@example.test
W-2 invoice paid USD 2000 paid 2000 back 0 other 0 ana@example.test
W-3 invoice unpaid USD 2000 paid 0 back 0 other 0 ben@example.test
W-4 invoice cancelled USD 2000 paid 0 back 0 other 0 ana@example.test
W-5 invoice unpaid USD 2000 paid 0 back 0 other 0 ana@example.test
W-6 invoice paid JPY 12000 paid 12000 back 0 other 0 ana@example.test
W-7 invoice paid KWD 12340 paid 12340 back 0 other 0 ana@example.test
W-8 invoice paid UGX 5000 paid 5000 back 0 other 0 ana@example.test
W-9 invoice paid MGA 9000000 paid 9000000 back 0 other 0 ana@example.test
W-10 invoice paid USD 0 paid 0 back 0 other 0 ana@example.test
W-11 invoice paid USD 2000 paid 2000 back 0 other 0 ana@example.test
W-12 invoice paid USD 2000 paid 2000 back 0 other 0 ana@example.test
W-13 invoice paid USD 3267 paid 3267 back 0 other 0 ana@example.test
W-14 invoice paid USD 1100 paid 1100 back 0 other 0 ana@example.test
W-15 invoice paid USD 1200 paid 1200 back 0 other 0 cora@example.test
W-16 invoice paid USD 2000 paid 2000 back 0 other 0 -
CN-seat credit_note in_taxed paid USD -1000 paid 0 back 0 other 0 -
cs_free order paid USD 0 paid back 0 other 0 buyer@example.test
cs_shop order paid USD 9000 paid back 0 other 0 buyer@example.test
cs_later order unpaid USD 4000 paid back 0 other 0 buyer@example.test" "$(documents)"
expect "movements: a refund that failed came back, one that waits has not moved" "W-1 charge paid 2000 USD 10-24 09:01
W-1 refund re_part -500 USD 10-31 09:00
W-2 charge inpay_now 2000 USD 10-25 09:01
W-6 charge inpay_yen 12000 JPY 11-02 09:01
W-7 charge inpay_dinar 12340 KWD 11-02 09:01
W-8 charge inpay_shilling 5000 UGX 11-02 09:01
W-9 charge inpay_ariary 9000000 MGA 11-02 09:01
W-11 charge paid 2000 USD 11-02 09:01
W-12 charge inpay_1 500 USD 11-02 09:01
W-12 charge inpay_2 1500 USD 11-02 10:00
W-13 charge inpay_taxed 3267 USD 11-02 09:01
W-14 charge inpay_change 1100 USD 11-02 09:01
W-15 charge inpay_long 1200 USD 11-02 09:01
W-15 refund re_back -1200 USD 11-02 09:00
W-15 refund re_back returned 1200 USD 11-20 12:00
W-16 charge inpay_gone 2000 USD 11-02 09:01
cs_shop charge charge 9000 USD 11-02 09:00" "$(movements | sed 's/charge payment /charge /')"
expect "lines: discounts and taxes of their own, a credited seat, unused time borne by the others, learners from metadata and the checkout" \
"W-2 prod_weld Welding il_now.1 2000 NO_RULE nina@example.test
W-13 prod_weld Welding il_t1.1 1089 NO_RULE
W-13 prod_weld Welding il_t1.2 1089 NO_RULE refund 11-03 09:00
W-13 prod_cpr Welding il_t2.1 1089 NO_RULE
W-14 prod_gold Gold il_c2.1 1100 NO_RULE
cs_shop prod_cpr CPR (online) li_shop.1 4500 NO_RULE wei@example.test
cs_shop prod_cpr CPR (online) li_shop.2 4500 NO_RULE wei@example.test
cs_later prod_cpr CPR (online) li_later.1 4000 NOT_PAID lea@example.test" "$(units 'in_now|in_taxed|in_change|cs_shop|cs_later')"
expect "what they refer to" "metadata.course CPR, reference user-42, transaction pi_shop" "$(sql "SELECT string_agg(name || ' ' || value, ', ' ORDER BY name)
	FROM ctok.document_reference JOIN ctok.document d USING (tenant_id, document_id) WHERE d.number = 'cs_shop'")"
expect "subscriptions in every state, by either shape" "sub_ended canceled f 10-23 10-23, sub_late past_due f 12-02, sub_leaves active f 12-02 12-02, sub_never incomplete_expired f 12-02 11-03, sub_now active f 11-24, sub_old active f 11-23, sub_paused active t 12-02, sub_trial trialing f 12-02, sub_unpaid unpaid f 12-02" \
	"$(sql "SELECT string_agg(concat_ws(' ', external_id, status, left(paused::text, 1), to_char(paid_to, 'MM-DD'), to_char(coalesce(ended_at, cancel_at), 'MM-DD')), ', ' ORDER BY external_id) FROM ctok.subscription")"
expect "a charge that nothing names is a finding" "CHARGE_UNTIED 700 USD payment ch_stray" "$(findings CHARGE_UNTIED)"
expect "all ties" "" "$(untied)"
whole=$(documents; movements; units)
pull
expect "a second pull changes nothing" "0: 0: $whole" "$code: $(pulls | cut -d' ' -f3): $(documents; movements; units)"
pull --full
expect "nor does reading everything again" "0: 0: $whole: " "$code: $(pulls | cut -d' ' -f3): $(documents; movements; units): $(findings DOCUMENT_GONE)"

# What changes later. An event tells nothing but where to look; what was left open is looked at without one.
at=$((T + 17 * 86400))
put invoices "$(make_ invoice id=in_open number=W-3 subscription=sub_late customer=cus_ben email=ben@example.test name='Ben Öz' pi=pi_open created=$T paid_at=$at)"
put checkout/sessions '{"id":"cs_later","payment_status":"paid"}'
put refunds '{"id":"re_wait","status":"succeeded","balance_transaction":"txn_wait"}'
put disputes "$(make_ dispute id=dp_ask amount=2000 charge=ch_now pi=pi_now created=$at)"
new refunds refund id=re_dinar amount=12340 charge=ch_dinar pi=pi_dinar created=$at currency=kwd
put subscriptions "$(make_ subscription id=sub_now created=$((T - 8 * 86400)) status=canceled ended_at=$((T + 16 * 86400)) canceled_at=$((T + 16 * 86400)))"
for e in 1:invoice.paid:invoice:in_open 2:customer.subscription.deleted:subscription:sub_now 3:refund.created:refund:re_dinar 4:charge.refunded:charge:ch_dinar; do
	IFS=: read -r i type object of <<<"$e"
	new events event id=evt_$i type=$type object=$object of=$of created=$((at + i))
done
now=2026-11-20T13:00:00Z pay
pull
expect "an invoice is paid, by its event" "W-3 charge payment inpay_open 2000 USD 11-19 09:00" "$(movements in_open)"
expect "a session is paid, looked at again" "cs_later charge charge 4000 USD 11-20 13:00" "$(movements cs_later)"
expect "a refund that waited has moved, an inquiry became a dispute" "W-2 charge payment inpay_now 2000 USD 10-25 09:01
W-2 refund re_wait -2000 USD 11-02 09:00
W-2 dispute_opened dp_ask -2000 USD 11-19 09:00" "$(movements in_now)"
expect "given back in full" "W-7 prod_weld Welding il_dinar.1 12340 NO_RULE refund 11-19 09:00" "$(units in_dinar)"
expect "an open dispute is a finding" "DISPUTE_OPEN W-2 2000 USD since 2026-11-19" "$(findings DISPUTE)"
expect "all ties again" "0: " "$code: $(untied)"

# The rest of a dispute's life, and a subscription that ended before its time.
new charges charge id=ch_lost pi=pi_lost created=$T
new invoices invoice id=in_lost number=W-20 pi=pi_lost created=$T
new disputes dispute id=dp_lost amount=2000 charge=ch_lost pi=pi_lost created=$((T + 86400)) status=lost
put disputes "$(make_ dispute id=dp_ask amount=2000 charge=ch_now pi=pi_now created=$at status=won won_at=$((at + 7200)))"
put refunds '{"id":"re_wait","status":"failed"}'
i=5
for e in invoice.paid:invoice:in_lost charge.dispute.closed:dispute:dp_lost refund.failed:refund:re_wait; do
	IFS=: read -r type object of <<<"$e"
	new events event id=evt_$i type=$type object=$object of=$of created=$((at + 4 * 3600 + i))
	i=$((i + 1))
done
now=2026-11-20T14:00:00Z pay
pull
expect "won: the money is back; a refund that failed after all is back too, and the unit is sold again; but its subscription ended" \
"W-2 charge payment inpay_now 2000 USD 10-25 09:01
W-2 refund re_wait -2000 USD 11-02 09:00
W-2 dispute_opened dp_ask -2000 USD 11-19 09:00
W-2 dispute_won dp_ask 2000 USD 11-19 11:00
W-2 refund re_wait returned 2000 USD 11-19 13:00
W-2 prod_weld Welding il_now.1 2000 NO_RULE subscription 11-18 09:00 nina@example.test" "$(movements in_now; units in_now)"
expect "lost: revoked from the moment that an event tells" "W-20 charge payment inpay_lost 2000 USD 11-02 09:01
W-20 dispute_opened dp_lost -2000 USD 11-03 09:00
W-20 dispute_lost dp_lost 0 USD 11-19 13:00
W-20 prod_weld Welding il_lost.1 2000 NO_RULE dispute 11-19 13:00" "$(movements in_lost; units in_lost)"
expect "nothing is open any more" ": " "$(findings DISPUTE): $(untied)"
finish
