#!/bin/bash
# Squarespace with transactions: payments, refunds and fees at their own moments, lines by the cent, donations; what changes on one side only;
# and what must not pass for a whole reading.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
fixtures=tests/fixtures/squarespace
echo 'products = ( { source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); } );' >"$dir/rules.conf"
start --seed contract --now 2026-11-20T09:41:24Z
shop() { # shop SETTINGS: further settings of the source
	write_conf
	sed -i "s|name = \"shop\"; kind|name = \"shop\"; $1 kind|" "$dir/ctok-batch.conf"
}
put() { # put NAME: orders or documents of a file
	python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); [print(json.dumps(x)) for x in d.get(sys.argv[2], [d])]' "$fixtures/$1" "$2" |
		while read -r doc; do control "$3" "doc=$doc" >/dev/null; done
}
change() { # change TABLE ID MOMENT MEMBERS
	control sql "sql=UPDATE shop.$1 SET doc = (doc::jsonb || jsonb_build_object('modifiedOn', '$3') || '$4')::text, modified_on = '$3' WHERE id = '$2'" >/dev/null
}
pull() { run ctok-pull-sales --source shop "$@"; }
pulls() { sql "SELECT concat_ws(' ', complete, documents, changed) FROM ctok.pull ORDER BY pull_id DESC LIMIT 1"; }
why() { grep -ho 'could not read source.*' "$dir/out" | head -1 | sed 's/^could not read source "shop": //'; }
movements() {
	sql "SELECT concat_ws(' ', d.number, m.kind, m.amount_minor, m.currency, to_char(m.effective_at AT TIME ZONE 'UTC', 'MM-DD HH24:MI:SS.MS')) FROM ctok.movement m
		JOIN ctok.document d USING (tenant_id, document_id) WHERE d.number ~ '^(${1:-.*})\$' ORDER BY d.number, m.movement_id"
}
lines() {
	sql "SELECT string_agg(concat_ws(' ', l.line_no, l.net_minor), ', ' ORDER BY l.line_no) || ' other ' || min(d.unallocated_minor) || ' shipping ' || min(d.shipping_minor)
		FROM ctok.line l JOIN ctok.document d USING (tenant_id, document_id) WHERE d.number = '$1'"
}
put numeric-money.json result order
put transactions.json documents document

# Prices with tax in them, a discount, and shipping that is taxed.
eur='{"currency":"EUR","value":"%s"}'
m() { printf "$eur" "$1"; }
control order "doc={\"id\":\"65a1c0ffee00000000000050\",\"orderNumber\":\"2050\",\"createdOn\":\"2026-10-10T08:00:00Z\",\"modifiedOn\":\"2026-10-10T08:00:01Z\",\"testmode\":false,
\"customerEmail\":\"inc@example.test\",\"billingAddress\":null,\"fulfillmentStatus\":\"PENDING\",\"paymentState\":\"PAID\",\"lineItems\":[
{\"id\":\"65a1c0ffee00000000000051\",\"variantId\":null,\"sku\":\"MATH-1\",\"productId\":\"p1\",\"productName\":\"Math\",\"quantity\":2,\"unitPricePaid\":$(m 121.00),\"customizations\":null},
{\"id\":\"65a1c0ffee00000000000052\",\"variantId\":null,\"sku\":\"BOOK\",\"productId\":\"p2\",\"productName\":\"Book\",\"quantity\":1,\"unitPricePaid\":$(m 10.40),\"customizations\":null}],
\"subtotal\":$(m 252.40),\"shippingTotal\":$(m 5.00),\"discountTotal\":$(m 50.00),\"taxTotal\":$(m 35.77),\"refundedTotal\":$(m 0.00),\"grandTotal\":$(m 208.45),\"priceTaxInterpretation\":\"INCLUSIVE\"}" >/dev/null
control document "doc={\"id\":\"7a0e4c6b-0050-4e42-a932-5a4db0c0ffee\",\"createdOn\":\"2026-10-10T08:00:02Z\",\"modifiedOn\":\"2026-10-10T08:00:02Z\",\"customerEmail\":\"inc@example.test\",
\"salesOrderId\":\"65a1c0ffee00000000000050\",\"voided\":false,\"total\":$(m 208.45),\"payments\":[
{\"id\":\"pay50\",\"amount\":$(m 158.45),\"paidOn\":\"2026-10-10T08:00:00.5Z\",\"externalTransactionId\":\"ch_50\",\"refunds\":null,\"processingFees\":[{\"id\":\"fee50\",\"amount\":$(m 3.00),\"refundedAmount\":$(m 1.00),\"feeRefunds\":[]}]},
{\"id\":\"pay51\",\"amount\":$(m 50.00),\"paidOn\":\"2026-10-10T08:00:00Z\",\"externalTransactionId\":null,\"giftCardId\":\"gift1\",\"refunds\":[],\"processingFees\":[]}],
\"salesLineItems\":[{\"id\":\"s50\",\"totalSales\":$(m 242.00),\"total\":$(m 192.00)},{\"id\":\"s51\",\"totalSales\":$(m 10.40),\"total\":$(m 10.40)}],
\"discounts\":[],\"shippingLineItems\":[{\"id\":\"h50\",\"amount\":$(m 5.00),\"netAmount\":$(m 5.00),\"taxes\":[{\"amount\":$(m 1.05),\"rate\":\"21\"}]}],\"paymentGatewayError\":null}" >/dev/null

# Orders alone, as before; then with transactions, from the start.
shop ''
hold
pull
expect "orders alone: five, the refund when the shop showed it" "0: t 5 5: 2042 charge 26457 USD 04-03 14:05:11.204, 2042 refund -6000 USD 04-10 10:00:00.000" "$code: $(pulls): $(movements 2042 | paste -sd, | sed 's/,/, /g')"
expect "a discount goes to the lines by what they cost" "1 19406, 2 834 other 105 shipping 500" "$(lines 2050)"
now=2026-11-20T13:00:00Z
shop 'transactions = true;'
pull
expect "with transactions all are read again, and the donations" "0: t 7 6" "$code: $(pulls)"
expect "what was booked when only orders were read is made up for" "2042 charge 26457 USD 04-03 14:05:11.204
2042 refund -6000 USD 04-10 10:00:00.000
2042 charge 26457 USD 04-03 14:05:11.000
2042 fee -797 USD 04-03 14:05:11.000
2042 refund -6000 USD 04-10 09:59:59.500
2042 adjustment -26457 USD 04-10 10:00:02.870
2042 refund 6000 USD 04-10 10:00:02.870" "$(movements 2042)"
expect "the books tie" 0 "$(sql "SELECT count(*) FROM rule.control_now WHERE control LIKE 'MONEY%' AND expected <> actual")"

# The same in an empty ledger.
let_go
rm -rf "$dir/state"
hold
pull
expect "a first reading" "0: t 7 7" "$code: $(pulls)"
expect "charges when they were paid, refunds and fees at their own moments, by which payment" "2001 charge 28205 EUR 10-02 08:15:31.000
2001 fee -465 EUR 10-02 08:15:31.000
2002 charge 2000 EUR 10-03 10:00:00.000
2002 refund -2000 EUR 10-05 09:30:43.500
2042 charge 26457 USD 04-03 14:05:11.000
2042 fee -797 USD 04-03 14:05:11.000
2042 refund -6000 USD 04-10 09:59:59.500
2050 charge 5000 EUR 10-10 08:00:00.000
2050 charge 15845 EUR 10-10 08:00:00.500
2050 fee -300 EUR 10-10 08:00:00.500
2050 fee 100 EUR 10-10 08:00:02.000
7GIFT0001 charge 2500 USD 04-04 11:00:00.000
PAYPAL0003 charge 2500 EUR 10-06 11:00:00.000" "$(movements)"
expect "tax on top: each line as it was charged" "1 11759, 2 14698 other 0 shipping 0" "$(lines 2042)"
expect "tax within: the discount where it was given, shipping with its tax" "1 19200, 2 1040 other 0 shipping 605" "$(lines 2050)"
expect "the payment provider's ids" "ch_50 ch_acme2042 ch_sandbox0001 ch_sandbox0002" \
	"$(sql "SELECT string_agg(r.value, ' ' ORDER BY r.value) FROM ctok.document_reference r JOIN ctok.document d USING (tenant_id, document_id) WHERE r.name = 'transaction' AND d.kind = 'order'")"
rows_before=$(rows)
pull
expect "again: nothing" "0: $rows_before" "$code: $(rows)"
night
expect "the books tie, in a night too" "0: 0" "$code: $(sql "SELECT count(*) FROM rule.control_now WHERE expected <> actual")"

# What changes on one side only.
later() { now=$1; shop 'transactions = true;'; control clock "now=$1" >/dev/null; }
later 2026-11-21T12:00:00Z
change documents 7a0e4c6b-0001-4e42-a932-5a4db0c0ffee 2026-11-21T08:00:00Z '{"payments": [{"id": "8b1f5d7c-0001-4f53-8a43-5a4db0c0ffee", "amount": {"currency": "EUR", "value": "282.05"}, "paidOn": "2026-10-02T08:15:31.000Z", "externalTransactionId": "ch_sandbox0001", "refunds": [], "processingFees": [{"id": "fee0001", "amount": {"currency": "EUR", "value": "4.65"}, "feeRefunds": [{"id": "back1", "amount": {"currency": "EUR", "value": "1.65"}, "refundedOn": "2026-11-21T07:59:00Z"}]}]}]}'
pull
expect "a transaction that changed alone brings its order" "0: 2001 fee 165 EUR 11-21 07:59:00.000" "$code: $(movements 2001 | tail -1)"
later 2026-11-22T12:00:00Z
change orders 66f2b1c3d4e5f60718294001 2026-11-22T08:00:00Z '{"internalNotes": [{"content": "called"}]}'
pull
expect "an order that changed alone keeps what was paid: its transaction is asked for by its id" "0: ch_acme2042: 1 11759, 2 14698 other 0 shipping 0" \
	"$code: $(sql "SELECT r.value FROM ctok.document_reference r JOIN ctok.document d USING (tenant_id, document_id) WHERE d.number = '2042' AND r.name = 'transaction'"): $(lines 2042)"
expect "both have a watermark of their own" "2026-11-22 11:59:00" "$(sql "SELECT to_char(to_timestamp(value::bigint) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM ctok.source_cursor WHERE name = 'settled'")"

# Of the newest transactions one is gone, and the others changed after the end of what is read: asked for together, the one fails the whole question,
# which is halved until it is found.
later 2026-11-23T12:00:00Z
control sql "sql=DELETE FROM shop.documents WHERE id = '7a0e4c6b-0003-4e42-a932-5a4db0c0ffee'" >/dev/null
for id in $(control sql "sql=SELECT id FROM shop.documents" | grep -o '[0-9a-f-]\{36\}'); do change documents "$id" 2026-11-23T11:59:30Z '{}'; done
pull
expect "one unknown id does not hide the others" "0: t 5 1" "$code: $(pulls)"

# A webhook: signed by the bytes that the secret's text stands for.
secret=c8e5a0f1b2d34c5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6
mkdir "$dir/spool"
echo $secret >"$dir/hook.secret"
chmod 600 "$dir/hook.secret"
body='{"id":"n1","topic":"order.update","createdOn":"2026-11-23T11:00+00:00","data":{"orderId":"65a1c0ffee0000000000004f","update":"REFUNDED"}}'
printf 'Squarespace-Signature: %s\n\n%s' "$(printf %s "$body" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$secret -r | cut -d' ' -f1)" "$body" >"$dir/spool/1"
touch -d 2026-11-23T11:00:05Z "$dir/spool/1"
shop "transactions = true; spool = \"$dir/spool\"; spool_secret = \"file:$dir/hook.secret\";"
control sql "sql=INSERT INTO shop.orders SELECT '65a1c0ffee0000000000004f', '2026-01-01', status, customer, replace(replace(replace(doc, '65a1c0ffee00000000000001', '65a1c0ffee0000000000004f'),
	'\"2001\"', '\"1999\"'), '2026-10-02T08:15:31.9Z', '2026-01-01T00:00:00Z') FROM shop.orders WHERE id = '65a1c0ffee00000000000001'" >/dev/null
pull
expect "a webhook leads to an order that the list would not have shown" "0: 1999: 0" \
	"$code: $(sql "SELECT number FROM ctok.document WHERE external_id = '65a1c0ffee0000000000004f'"): $(find "$dir/spool" -type f | wc -l)"

# What must not pass for a whole reading.
before=$(sql "SELECT string_agg(name || value, ' ' ORDER BY name) FROM ctok.source_cursor")
refused() { # refused TITLE WHY fault …
	control fault "${@:3}" >/dev/null
	pull
	expect "$1" "12: $2" "$code: $(why)"
	control reset >/dev/null
}
later 2026-11-24T12:00:00Z
refused "an empty list of transactions" "transactions read before and not now: transaction 7a0e4c6b-0001-4e42-a932-5a4db0c0ffee is in the shop, but not in its list: others may be missing too" kind=empty match=transactions
refused "a page" 'page 1 of the transactions: the answer is "text/html", not JSON' kind=html match=transactions
control fault kind=status status=403 match=transactions >/dev/null
pull
expect "a key that may not" "77: page 1 of the transactions: the API key lacks a permission" "$code: $(why | cut -d: -f1-2)"
control reset >/dev/null
expect "nothing of all that counts" "$before" "$(sql "SELECT string_agg(name || value, ' ' ORDER BY name) FROM ctok.source_cursor")"
pull
expect "then all is well again" "0: t" "$code: $(pulls | cut -d' ' -f1)"
finish
