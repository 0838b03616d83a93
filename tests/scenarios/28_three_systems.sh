#!/bin/bash
# One sale in three real systems: an order of a WooCommerce shop, its invoice in FacturaScripts that bears the order's number, and its charge at Stripe
# that bears the order's id or the payment's. One deal, one access, one revenue, one payout that holds the money; then Stripe gives money back that the
# shop knows nothing of, the shop learns of it, and a dispute is lost.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
fixtures=tests/fixtures
paid_at=1795167060 # 2026-11-20T09:31:00Z
trust() { echo "ca_file = \"$dir/sandbox/ca.pem\"; allow_private = (\"127.0.0.1\", \"localhost\");"; }
on() { # on MOMENT
	now=$1
	more_sources=", { name = \"woo\"; kind = \"woocommerce\"; url = \"$url/\"; api_key = \"file:$dir/sandbox/woo.key\"; $(trust) sweep_days = 1; },
	{ name = \"erp\"; kind = \"facturascripts\"; role = \"invoice\"; url = \"$url\"; token = \"file:$dir/sandbox/fs.token\"; sweep_days = 1; wait = \"P1D\"; $(trust) settles = (\"woo\"); },
	{ name = \"pay\"; kind = \"stripe\"; role = \"payment\"; url = \"$url\"; api_key = \"file:$dir/sandbox/stripe.key\"; start = \"2026-10-01\"; $(trust) settles = (\"woo\"); }"
	write_conf
	control clock "now=$now" >/dev/null
}
echo 'links = ( { from = "erp"; field = "numero2"; pattern = "^WC-([0-9]+)$"; to = "woo"; }, { from = "pay"; field = "metadata.order_id"; to = "woo"; by = "id"; } );
      products = ( { source = "woo"; match = "sku:MATH-1"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; } );' >"$dir/rules.conf"
start --seed contract --now "$now"
on "$now"
hold
control sql "sql=DELETE FROM shop.orders" >/dev/null
# The recorded order in our own amounts: woo_order ID TOTAL EMAIL TRANSACTION.
woo_order() {
	python3 - "$fixtures/woocommerce/orders.json" "$@" <<'PY' >"$dir/order.json"
import json, sys
path, id, total, email, transaction = sys.argv[1:]
order = json.load(open(path))[0]
order.update(id=int(id), number=id, status="completed", total=total, total_tax="0.00", cart_tax="0.00", discount_total="0.00", discount_tax="0.00", shipping_total="0.00",
             shipping_tax="0.00", transaction_id=transaction, shipping_lines=[], fee_lines=[], coupon_lines=[], tax_lines=[], refunds=[], prices_include_tax=False)
for key in ("date_created", "date_modified", "date_paid", "date_completed"):
    order[key] = "2026-11-20T10:30:00"
    order[key + "_gmt"] = "2026-11-20T09:30:00"
order["billing"].update(email=email, first_name="Lena", last_name=id)
line = order["line_items"][0]
line.update(id=int(id) * 10, sku="MATH-1", name="Welding", quantity=1, subtotal=total, subtotal_tax="0.00", total=total, total_tax="0.00", taxes=[], price=float(total), meta_data=[])
order["line_items"] = [line]
print(json.dumps([order]))
PY
	control woo "orders@$dir/order.json" >/dev/null
}
woo_order 2001 571.00 l2001@example.test pi_2001
woo_order 2002 100.00 l2002@example.test ''
for table in facturaclientes lineafacturaclientes reciboclientes pagoclientes clientes contactos empresas; do
	control fs "resource=$table" "rows@$fixtures/facturascripts/$table-list.json" >/dev/null
done
control sql "sql=DELETE FROM fs.row WHERE resource = 'facturaclientes' AND id <> '2'" >/dev/null
control fs resource=facturaclientes 'rows={"idfactura":2,"numero2":"WC-2001"}' >/dev/null
make_() { python3 tests/support/stripe.py "$@"; }
new() { control stripe "kind=$1" "objects=$(make_ "${@:2}")" >/dev/null; }
new charges charge id=ch_2001 amount=57100 currency=eur pi=pi_2001 created=$paid_at email=l2001@example.test
new charges charge id=ch_2002 amount=10000 currency=eur pi=pi_2002 created=$paid_at email=l2002@example.test 'metadata={"order_id":"2002"}'
control stripe kind=balance_transactions "objects=[$(make_ txn id=txn_1 amount=57100 fee=887 currency=eur source=ch_2001 payout=po_1 created=$paid_at), $(make_ txn id=txn_2 amount=10000 fee=175 currency=eur source=ch_2002 payout=po_1 created=$paid_at)]" >/dev/null
new payouts payout id=po_1 amount=66038 currency=eur created=$((paid_at + 3600))

deals() { sql "SELECT string_agg(t, '; ' ORDER BY t) FROM (SELECT string_agg(concat_ws(' ', s.name, d.number, m.part), ', ' ORDER BY m.part DESC) AS t FROM ctok.deal_document m
	JOIN ctok.document d USING (tenant_id, document_id) JOIN ctok.source s ON s.source_id = d.source_id GROUP BY m.deal_id) x"; }
entitled() { sql "SELECT string_agg(concat_ws(' ', s.name, d.number, CASE WHEN e.revoked_at IS NOT NULL THEN 'revoked' END), ', ' ORDER BY d.number) FROM ctok.entitlement e
	JOIN ctok.document d USING (tenant_id, document_id) JOIN ctok.source s ON s.source_id = d.source_id"; }
revenue() { sql "SELECT string_agg(d.number || ' ' || r.worth_minor, ', ' ORDER BY d.number) FROM rule.revenue r JOIN ctok.document d USING (tenant_id, document_id)"; }
found() { sql "SELECT coalesce(string_agg(concat_ws(' ', f.class, d.number, f.risk_minor), ', ' ORDER BY f.class, d.number, f.risk_minor), '') FROM ctok.finding f
	LEFT JOIN ctok.document d USING (tenant_id, document_id) WHERE f.cleared_at IS NULL AND f.class ~ '^(DEAL|DISPUTE|INVOICE|PAY|SALE|CHARGE|REFUND)'"; }
tied() { sql "SELECT string_agg(concat_ws(' ', control, currency, expected, actual), ', ') FROM rule.control_now WHERE expected <> actual"; }
cells() { /usr/bin/python3 -c '
import glob, openpyxl, sys
rows = openpyxl.load_workbook(sorted(glob.glob(sys.argv[1]))[-1], read_only=True, data_only=True)[sys.argv[2]].iter_rows(values_only=True)
print("; ".join(" ".join("-" if c is None else str(c).replace(" 00:00:00", "") for c in r) for r in rows if str(r[0]).strip() == sys.argv[3]))' "$dir/state/report/*.xlsx" "$@"; }
who_has() { control sql "sql=SELECT string_agg(split_part(u.email, '@', 1), ' ' ORDER BY u.email) AS t FROM mdl_user_enrolments e JOIN mdl_user u ON u.id = e.userid
	WHERE u.email LIKE 'l200%' AND e.status = 0" | grep -o '"t":"[^"]*"' | cut -d'"' -f4; }

night
admin go-live --since 2026-11-01
night
expect "the order, its invoice and its charge are one; the charge is found by the payment's id, another by the order's" \
	"0: woo 2001 sale, pay ch_2001 payment, erp F2026A1 invoice; woo 2002 sale, pay ch_2002 payment" "$code: $(deals)"
expect "one right for each" "woo 2001, woo 2002: l2001 l2002" "$(entitled): $(who_has)"
expect "one revenue for each" "2001 57100, 2002 10000" "$(revenue)"
expect "nothing differs, and all ties" ": " "$(found): $(tied)"
expect "a three-way line, read back" "2001 woo 2026-11-20 Agrees EUR 571 F2026A1 571 ch_2001 571 0 0 0 571 EUR -" "$(cells Deals 2001)"
expect "and a two-way one" "2002 woo 2026-11-20 Agrees EUR 100 - - ch_2002 100 0 0 0 100 EUR -" "$(cells Deals 2002)"
expect "the payout holds both charges, less fees" "po_1 pay 2026-11-20 2026-11-21 Paid out 2 EUR 671 0 0 -10.62 0 0 0 0 660.38 - - - 0 0" "$(cells Payouts po_1)"
rows_before=$(rows) deals_before=$(deals)
night
expect "twice is once" "0: $rows_before: $deals_before" "$code: $(rows): $(deals)"

# The night after: Stripe gives back 30.00 of the one and 100.00 of the other is disputed; the shop knows of nothing.
new refunds refund id=re_1 amount=3000 charge=ch_2001 pi=pi_2001 currency=eur created=$((paid_at + 40000))
new events event id=evt_1 type=charge.refunded object=charge of=ch_2001 created=$((paid_at + 40000))
new disputes dispute id=dp_1 amount=10000 charge=ch_2002 pi=pi_2002 currency=eur created=$((paid_at + 40100))
new events event id=evt_2 type=charge.dispute.created object=dispute of=dp_1 created=$((paid_at + 40100))
on 2026-11-21T12:00:00Z
night
expect "what the provider alone tells is a finding with its money" "DEAL_REFUND_MISSING 2001 3000, DISPUTE_OPEN ch_2002 10000, INVOICE_MISSING 2002 10000" "$(found)"
states() { sql "SELECT string_agg(split_part(p.email, '@', 1) || ' ' || a.state, ', ' ORDER BY p.email) FROM ctok.access a JOIN ctok.person p USING (tenant_id, person_id)"; }
scenario dispute-at-the-provider-holds-the-shops-sale "l2001 active, l2002 held" "$(states)"
expect "access and revenue follow the sale" "l2001 l2002: woo 2001, woo 2002: 2001 57100, 2002 10000: " "$(who_has): $(entitled): $(revenue): $(tied)"
expect "the line says by how much" "2001 woo 2026-11-20 Differs EUR 571 F2026A1 571 ch_2001 571 0 30 0 571 EUR -" "$(cells Deals 2001)"

# The shop books the refund of 30.00, too: it is one. The dispute is lost.
control woo order=2001 'refunds=[{"id":9001,"date_created":"2026-11-21T13:00:00","date_created_gmt":"2026-11-21T12:00:00","amount":"30.00","reason":"","refunded_by":1,"refunded_payment":true,"meta_data":[],"line_items":[],"shipping_lines":[],"tax_lines":[],"fee_lines":[]}]' >/dev/null
control sql "sql=SELECT woo.edit(2001, '2026-11-21 13:00', '{\"refunds\": [{\"id\": 9001, \"reason\": \"\", \"total\": \"-30.00\"}]}')" >/dev/null
control stripe kind=disputes 'objects={"id":"dp_1","status":"lost"}' >/dev/null
new events event id=evt_3 type=charge.dispute.closed object=dispute of=dp_1 created=$((paid_at + 90000))
on 2026-11-22T12:00:00Z
night
expect "told by both it is one refund; the invoice lacks it; a lost dispute is money given back that the shop does not know" \
	"DEAL_REFUND_MISSING 2001 3000, DEAL_REFUND_MISSING 2002 10000, INVOICE_MISSING 2002 10000" "$(found)"
expect "revenue is less by 30.00 once" "2001 54100, 2002 10000: " "$(revenue): $(tied)"
expect "less than the price keeps access; what was lost is held until the shop says so, too" "l2001 l2002: l2001 active, l2002 held" "$(who_has): $(states)"
/usr/bin/python3 tests/support/check_workbook.py "$(find "$dir/state" -name '*.xlsx' | sort | tail -1)" >"$dir/out" 2>&1
expect "the book ties in another reader, too" 0 $?
no_secrets
finish
