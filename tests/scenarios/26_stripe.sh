#!/bin/bash
# Stripe through whole programs: what the contract's samples show with the movements that the contract makes of them, what changes between pulls
# and is found by events and what was left open, payouts down to a residual of nothing, and everything that must not pass for a whole reading.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
more_settings='log_level = "debug";' # also what only a debug log tells
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
	"$(sql "SELECT string_agg(concat_ws(' ', external_id, status, left(paused::text, 1), to_char(period_to, 'MM-DD'), to_char(coalesce(ended_at, cancel_at), 'MM-DD')), ', ' ORDER BY external_id) FROM ctok.subscription")"
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
new refunds refund id=re_euro amount=300 charge=ch_lost pi=pi_lost created=$((T + 86400)) currency=eur
i=5
for e in invoice.paid:invoice:in_lost charge.dispute.closed:dispute:dp_lost refund.failed:refund:re_wait refund.created:refund:re_euro; do
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
expect "a refund in another currency is no refund of it, and is told" "SETTLEMENT_CURRENCY W-20 300 EUR refund re_euro, of a sale in USD" "$(findings SETTLEMENT)"
expect "nothing is open any more" ": " "$(findings DISPUTE): $(untied)"

# Payouts: each is what its list adds up to and what stands in no list: a reserve, a card reader's fee, and a payout that failed and came back.
day=86400
txns() { put balance_transactions "[$(while read -r line; do [ -z "$line" ] || make_ txn $line; echo ,; done | sed '$d')]"; }
txns <<ROWS
id=txn_old amount=2000 fee=88 source=ch_old payout=po_1 created=$T
id=txn_shop amount=9000 fee=291 source=ch_shop payout=po_1 created=$T
id=txn_part amount=-500 type=refund source=re_part payout=po_1 created=$T
id=txn_po_1 amount=-10121 type=payout source=po_1 payout=po_1 created=$((T + 3 * day))
id=txn_stray amount=700 source=ch_stray payout=po_0 created=$T
id=txn_later amount=4000 fee=146 source=ch_later payout=po_2 created=$((T + 3 * day))
id=txn_lost amount=-2000 type=adjustment category=dispute source=dp_lost fee=1500 payout=po_2 created=$((T + 3 * day))
id=txn_back amount=2000 type=adjustment category=dispute_reversal source=dp_ask payout=po_2 created=$((T + 3 * day))
id=txn_bill amount=-40 type=stripe_fee description=Radar payout=po_2 created=$((T + 3 * day))
id=txn_hold amount=-1000 type=reserve_transaction created=$((T + 3 * day + 60))
id=txn_reader amount=-100 type=stripe_fee description=M2_reader_fee created=$((T + 3 * day + 60))
id=txn_return amount=700 type=payout_failure source=po_0 created=$((T + 3 * day + 60))
id=txn_next amount=1000 type=reserve_transaction available=$((T + 30 * day)) created=$((T + 4 * day))
ROWS
for p in "po_0 700 1 failed" "po_1 10121 3 paid" "po_2 2014 5 paid" "po_4 500 7 in_transit"; do
	read -r id amount after status <<<"$p"
	new payouts payout id=$id amount=$amount created=$((T + after * day)) status=$status
done
new payouts payout id=po_hand amount=123 created=$((T + 6 * day)) automatic=false
txns <<ROWS
id=txn_4 amount=1000 fee=500 payout=po_4 created=$((T + 6 * day))
ROWS
bridge() { sql "SELECT concat_ws(' ', external_id, status, 'charges', charge_minor, 'back', refund_minor, 'disputes', dispute_minor, 'fees', fee_minor, 'reserve', reserve_minor,
	'readers', reader_minor, 'failed', failed_minor, 'other', other_minor, '=', amount_minor, 'left', coalesce(residual_minor::text, '?')) FROM rule.payout_bridge ORDER BY created_at"; }
pull --full
expect "payouts are read whole" "0: 5 14" "$code: $(sql "SELECT (SELECT count(*) FROM ctok.payout) || ' ' || (SELECT count(*) FROM ctok.payout_entry)")"
expect "each is what it is made of, and the three hidden causes are named" \
"po_0 failed charges 700 back 0 disputes 0 fees 0 reserve 0 readers 0 failed 0 other 0 = 700 left 0
po_1 paid charges 11000 back -500 disputes 0 fees -379 reserve 0 readers 0 failed 0 other 0 = 10121 left 0
po_2 paid charges 4000 back 0 disputes 0 fees -1686 reserve -1000 readers -100 failed 700 other 0 = 2014 left 100
po_hand paid charges 0 back 0 disputes 0 fees 0 reserve 0 readers 0 failed 0 other 0 = 123 left ?
po_4 in_transit charges 1000 back 0 disputes 0 fees -500 reserve 0 readers 0 failed 0 other 0 = 500 left 0" "$(bridge)"
expect "what nothing explains is a finding, and the run does not tie" "PAYOUT_DIFFERS 100 USD payout po_2: PAYOUTS USD 13335 13235" "$(findings PAYOUT): $(untied)"
expect "fees are booked for what they were paid for, those of a dispute too" "W-1 fee txn_old -88, W-20 fee txn_lost -1500, cs_shop fee txn_shop -291" \
	"$(movements | sed -n 's/^\([^ ]* fee [^ ]* [^ ]*\) .*/\1/p' | paste -sd, | sed 's/,/, /g')"
put payouts '{"id":"po_2","amount":1914}'
new events event id=evt_20 type=payout.updated object=payout of=po_2 created=$((at + 5 * 3600))
put payouts '{"id":"po_4","status":"paid"}'
now=2026-11-20T15:00:00Z pay
pull
expect "put right there, it ties; one on its way arrived" "0: : : paid" "$code: $(findings PAYOUT): $(untied): $(sql "SELECT status FROM ctok.payout WHERE external_id = 'po_4'")"

# What must not pass for a whole reading: nothing of such a pull counts.
whole=$(documents; movements)
fails() { # fails TITLE MESSAGE FAULT…
	control fault "${@:3}" >/dev/null
	pull
	expect "$1" "${refused:-12}: $2" "$code: $(why)"
	control reset >/dev/null
}
new invoices invoice id=in_new number=W-30 pi=pi_new created=$((T + 17 * day + 4 * 3600))
new events event id=evt_30 type=invoice.paid object=invoice of=in_new created=$((at + 6 * 3600))
now=2026-11-20T16:00:00Z pay
fails "a page of HTML with 200" 'page 1 of /v1/charges: the answer is "text/html", not JSON' kind=html match=/v1/charges
fails "a row less" 'the end of /v1/subscriptions: it ends after 0 rows, and goes on when asked again' kind=short n=1 match=status=past_due
fails "a row twice" 'page 1 of /v1/events: row 3: "evt_30" came twice: others may be lost for it' kind=repeat n=1 match=/v1/events
fails "rows in no order" 'page 1 of /v1/events: row 2: "evt_30" is newer than the row before it: the list is not in order' kind=shuffle seed=2 match=/v1/events
fails "nothing all of a sudden" 'the end of /v1/events: it ends after 0 rows, and goes on when asked again' kind=empty match=/v1/events
fails "an event that was known is gone" 'event "evt_20", at which the last reading ended, did not come again: others may be missing too' \
	kind=sql match=/v1/account sql="DELETE FROM stripe.object WHERE id = 'evt_20'"
new events event id=evt_20 type=payout.updated object=payout of=po_2 created=$((at + 5 * 3600))
newest=$(sql "SELECT split_part(split_part(value, chr(10), 1), ' ', 2) FROM ctok.source_cursor WHERE name = 'newest /v1/charges'")
fails "a charge that was known is left out of its list" "\"$newest\" is there, but not in /v1/charges: others may be missing too" \
	kind=sql match=/v1/account sql="UPDATE stripe.object SET doc = doc || '{\"_hidden\":true}' WHERE id = '$newest'"
control sql "sql=UPDATE stripe.object SET doc = doc - '_hidden'" >/dev/null
refused=77 fails "the key lacks a right" 'page 1 of /v1/refunds: the API key lacks a right: status 403 invalid_request_error "The provided key does not have the required permissions for this endpoint.", request "req_sandbox"' \
	kind=sql match=/v1/account sql="UPDATE stripe.kind SET allowed = false WHERE name = 'refunds'"
control sql "sql=UPDATE stripe.kind SET allowed = true" >/dev/null
expect "nothing of them counted" "$whole" "$(documents; movements)"
# Too many requests, errors of the server and connections that break are tried again.
for fault in "kind=status status=429" "kind=status status=429 retry_after=1" "kind=status status=500" "kind=status status=503 type=html" "kind=drop" "kind=cut" "kind=status status=409"; do
	control fault $fault match=/v1/invoices >/dev/null
done
pull
expect "what passes is tried again, and all is read" "0: W-30 charge payment inpay_new 2000 USD 11-19 13:01" "$code: $(movements in_new)"
control reset >/dev/null

# Long lists go on from page to page, and a page that is short although more follow is refused.
control sql "sql=INSERT INTO stripe.object (kind, id, doc) SELECT 'events', 'evt_many' || n, doc || jsonb_build_object('id', 'evt_many' || n, 'created', $((at + 7 * 3600)) + n)
	FROM stripe.object, generate_series(1, 250) n WHERE kind = 'events' AND id = 'evt_1'" >/dev/null
now=2026-11-20T17:00:00Z pay
fails "a page that is short" 'page 2 of /v1/events: it has 99 rows although more follow: a whole page has 100' kind=short n=1 match=starting_after
pull
expect "three pages" "0: evt_many250" "$code: $(sql "SELECT split_part(value, ' ', 1) FROM ctok.source_cursor WHERE name = 'event'")"
# Events are kept for 30 days. What changed before that is found by reading everything, once.
put invoices "$(make_ invoice id=in_bad number=W-5 created=$((T - 5 * day)) paid_at=$((T + 18 * day)) pi=pi_bad)"
now=2026-11-21T12:00:00Z pay
pull
expect "what no event tells is not found" "W-5 invoice unpaid" "$(documents in_bad | cut -d' ' -f1-3)"
# A webhook says where to look, and no more: it shows the invoice as void.
mkdir "$dir/spool"; printf whsec_test_0123456789abcdef >"$dir/hook.secret"; chmod 600 "$dir/hook.secret"
body='{"id":"evt_hook","object":"event","type":"invoice.paid","created":1,"data":{"object":{"id":"in_bad","object":"invoice","status":"void"}}}' t=$(date -ud "$now" +%s)
printf 'POST /hook HTTP/1.1\r\nStripe-Signature: t=%s,v1=%s\r\n\r\n%s' "$t" "$(printf '%s.%s' "$t" "$body" | openssl dgst -sha256 -hmac whsec_test_0123456789abcdef | sed 's/.* //')" "$body" >"$dir/spool/1.http"
touch -d "$now" "$dir/spool/1.http"
pay "spool = \"$dir/spool\"; spool_secret = \"file:$dir/hook.secret\";"
pull
expect "but by a webhook, as it is in the account" "0: W-5 invoice paid" "$code: $(documents in_bad | cut -d' ' -f1-3)"
put invoices '{"id":"in_old","status":"void"}'
control sql "sql=DELETE FROM stripe.object WHERE kind = 'events'" >/dev/null
now=2026-12-24T12:00:00Z pay
pull
expect "after a gap of more than that everything is read" "0: W-1 invoice cancelled" "$code: $(documents in_old | cut -d' ' -f1-3)"

# Whose key it is.
control sql "sql=UPDATE stripe.object SET doc = doc || '{\"id\":\"acct_other\"}' WHERE kind = 'account' AND id = ''" >/dev/null
pull
expect "another account's key is refused" '77: it is another account than before: "acct_other", not "acct_sandbox1"' "$code: $(why)"
control sql "sql=UPDATE stripe.object SET doc = doc || '{\"id\":\"acct_sandbox1\"}' WHERE kind = 'account' AND id = ''" >/dev/null
key=sandbox/stripe-test.key pay
pull
expect "so is a key of the other mode" "77: the key is of test mode, this source was read in live mode" "$code: $(why)"
printf pk_live_x >"$dir/pk.key"; chmod 600 "$dir/pk.key"; key=pk.key pay
pull
expect "a publishable key is none" "78: the API key is neither a secret nor a restricted one: it begins with none of sk_live_, sk_test_, rk_live_, rk_test_" "$code: $(why)"
expect "the key is nowhere to be read" "" "$(grep -rl "$(cat "$dir/sandbox/stripe.key")" "$dir/state" "$dir/out" --exclude-dir=db 2>/dev/null; sql "SELECT failure FROM ctok.pull WHERE failure LIKE '%c0ffee%'")"

# Test mode sells nothing; and where Stripe only takes the money, charges are the documents.
new invoices invoice id=in_test number=W-40 live=false pi=pi_test created=$T
more() { more_sources="$more_sources, { name = \"$1\"; kind = \"stripe\"; role = \"$2\"; url = \"$url\"; api_key = \"file:$dir/sandbox/$3\"; skip_payouts = true;
	ca_file = \"$dir/sandbox/ca.pem\"; allow_private = (\"127.0.0.1\", \"localhost\"); start = \"2026-10-01\"; }"; }
key= pay; more trial sale stripe-test.key; more till payment stripe.key; write_conf
run ctok-pull-sales --source trial
expect "what test mode sold are test orders, and move nothing" "0: W-40 invoice test USD 2000 paid back 0 other 0 ana@example.test: " "$code: $(documents in_test): $(movements in_test)"
run ctok-pull-sales --source till
expect "charges as documents, with what became of them" "0: ch_old payment paid USD 2000 paid back 500 other 0 ana@example.test: ch_old charge charge 2000 USD 10-24 09:00
ch_old refund re_part -500 USD 10-31 09:00" "$code: $(documents ch_old): $(movements ch_old)"
expect "a charge that failed is none" "" "$(documents ch_failed)"
expect "all ties" "" "$(untied)"
no_secrets
finish
