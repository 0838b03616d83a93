#!/bin/bash
# ctok-pull-sales against a shop that behaves, and one that does not: a reading is complete, or it changes nothing.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
more_settings='log_level = "debug";' # also what only a debug log tells
echo 'products = ( { source = "shop"; match = "sku:BLS"; site = "campus"; courses = ("ACLS"); term = "P2Y"; } );' >"$dir/rules.conf"
start --seed empty

# order NUMBER MODIFIED [REFUNDED]: put an order of 100.00 into the shop
order() {
	local eur='{"currency":"EUR","value":"%s"}'
	control order "doc=$(printf '{"id":"66f2b1c3d4e5f6071829%04d","orderNumber":"%d","createdOn":"2026-11-01T10:00:00.000Z","modifiedOn":"%s",' "$1" "$1" "$2"
		printf '"channel":"web","testmode":false,"customerEmail":"buyer%d@example.com","customerId":null,' "$1"
		printf '"billingAddress":{"firstName":"Ann","lastName":"Lee %d"},"shippingAddress":null,"fulfillmentStatus":"PENDING",' "$1"
		printf '"lineItems":[{"id":"line%d","variantId":null,"sku":"BLS","productId":"p1","productName":"Basic Life Support","quantity":2,' "$1"
		printf '"unitPricePaid":'"$eur"',"variantOptions":null,"customizations":null,"lineItemType":"SERVICE"}],' 50.00
		printf '"internalNotes":[],"shippingLines":null,"discountLines":[],"formSubmission":null,"fulfillments":[],"fulfilledOn":null,'
		printf '"subtotal":'"$eur"',"shippingTotal":'"$eur"',"discountTotal":'"$eur"',"taxTotal":'"$eur"',' 100.00 0.00 0.00 0.00
		printf '"refundedTotal":'"$eur"',"grandTotal":'"$eur"',"priceTaxInterpretation":"EXCLUSIVE","paymentState":"PAID"}' "${3:-0.00}" 100.00)" >/dev/null
}
# What the ledger holds of the world outside: no ids of runs, no times of ours.
ledger() {
	sql "SELECT md5(concat(
		(SELECT string_agg(concat_ws('|', number, version, modified_at, status, total_minor, refunded_minor, unallocated_minor), ',' ORDER BY external_id) FROM ctok.document),
		(SELECT string_agg(concat_ws('|', document_id, line_no, quantity, net_minor, gone), ',' ORDER BY document_id, line_no) FROM ctok.line),
		(SELECT string_agg(concat_ws('|', document_id, line_no, unit_no, net_minor, gone), ',' ORDER BY document_id, line_no, unit_no) FROM ctok.unit),
		(SELECT string_agg(concat_ws('|', document_id, kind, external_key, amount_minor, effective_at), ',' ORDER BY document_id, kind, external_key) FROM ctok.movement),
		(SELECT watermark::text FROM ctok.source_state)))"
}
pulls() { sql "SELECT concat_ws(' ', complete, documents, changed) FROM ctok.pull ORDER BY pull_id DESC LIMIT 1"; }

for i in $(seq 1 120); do order "$i" "2026-11-02T10:00:$(printf %02d $((i / 3))).${i}Z"; done
whole_count=123 # three come with the sandbox
run ctok-pull-sales
expect "three pages are read" "0: t $whole_count $whole_count" "$code: $(pulls)"
whole=$(ledger)
run ctok-pull-sales --full
expect "read again, nothing changes" "0: t $whole_count 0: $whole" "$code: $(pulls): $(ledger)"

order 7 "2026-11-20T11:50:00.5Z" 30.00
order 121 "2026-11-20T11:58:59Z"
order 122 "2026-11-20T11:59:30Z"
# refused TITLE EXIT-CODE: a full reading with what is planned is refused, and changes nothing
refused() {
	run ctok-pull-sales --full
	expect "$1" "$2: f: $whole" "$code: $(pulls | cut -d' ' -f1): $(ledger)"
}
fault() { control fault "$@" >/dev/null; }
fault kind=short n=1 match=modifiedAfter && refused "the first page is short by one" 12
fault kind=short n=1 match=cursor && refused "the second page is short by one" 12
fault kind=empty match=modifiedAfter && refused "the first page is empty" 12
fault kind=empty match=cursor && refused "the second page is empty" 12
fault kind=repeat n=1 match=modifiedAfter && refused "an order comes twice" 12
fault kind=html match=modifiedAfter && refused "HTML with 200" 12
fault kind=html match=cursor && refused "HTML with 200 for the second page" 12
fault kind=status status=400 match=cursor && refused "400 for a cursor" 12
fault kind=status status=401 match=orders && refused "401" 77
fault kind=status status=402 match=orders && refused "402" 77
fault kind=status status=403 match=cursor && refused "403 for the second page" 77
control set site_expired=1 >/dev/null && refused "the shop's subscription has lapsed" 77
control set site_expired=0 >/dev/null
grep -q 'subscription has lapsed: status 402 WEBSITE_EXPIRED' "$dir/out"
expect "it says so" 0 $?
expect "and why it does not count" "could" "$(sql "SELECT left(failure, 5) FROM ctok.pull ORDER BY pull_id DESC LIMIT 1" | sed 's/^page /could/')"

# What passes is tried again: the reading is whole in the end. The minute before now may still change, and is left for tomorrow.
fault kind=status status=503 type=html match=modifiedAfter
run ctok-pull-sales
expect "503 with HTML, then what changed since the last reading, and the seconds of the 5 newest again" "0: t 9 2" "$code: $(pulls)"
expect "the refund is a movement of its own" "-3000 2026-11-20 11:50:00.5+00" \
	"$(sql "SELECT concat_ws(' ', amount_minor, m.effective_at) FROM ctok.movement m JOIN ctok.document USING (document_id)
		WHERE number = '7' AND m.kind = 'refund'")"
whole=$(ledger)
fault kind=shuffle match=modifiedAfter
fault kind=cut match=cursor
fault kind=drop match=cursor skip=1
run ctok-pull-sales --full
expect "shuffled orders, a page cut in the middle, a dropped connection: tried again" "0: t 124 0: $whole" "$code: $(pulls): $(ledger)"

# An order that was deleted while others are there: a person decides. All of the newest at once is another shop, or one that was set back.
gone() { sql "SELECT string_agg(concat_ws(' ', f.class, d.number, f.risk_minor, f.detail), ',' ORDER BY d.number) FROM rule.finding_now f JOIN ctok.document d USING (tenant_id, document_id) WHERE f.class = 'DOCUMENT_GONE'"; }
access() { sql "SELECT md5(string_agg(a::text, ',' ORDER BY person_id, target_id)) FROM ctok.access a"; }
run ctok-reconcile
before=$(access)
sql "SELECT count(*) FROM ctok.access" | grep -q '^[1-9]'
expect "there is access" 0 $?
control sql "sql=DELETE FROM shop.orders WHERE doc::json ->> 'orderNumber' = '121'" >/dev/null
run ctok-pull-sales
expect "one that was deleted is said to be gone" "0 1: DOCUMENT_GONE 121 10000 missing since 2026-11-20" "$code $(grep -c 'gone=1' "$dir/state/log/ctok-batch.log"): $(gone)"
run ctok-reconcile
expect "its access is as it was" "$before" "$(access)"
run ctok-pull-sales
expect "it stays gone" "0: DOCUMENT_GONE 121 10000 missing since 2026-11-20" "$code: $(gone)"
order 121 "2026-11-20T11:58:59Z"
run ctok-pull-sales --full
expect "until it is there again" "0: " "$code: $(gone)"
whole=$(ledger)
control sql "sql=DELETE FROM shop.orders WHERE modified_on >= (SELECT modified_on FROM shop.orders ORDER BY modified_on DESC OFFSET 5 LIMIT 1)" >/dev/null
run ctok-pull-sales
expect "without any of the newest nothing is believed, and nothing is gone" "12: $whole: " "$code: $(ledger): $(gone)"
no_secrets
finish
