#!/bin/bash
# Nights with a shop and an invoicing system: each gives its own access, all controls tie, and an invoice that is paid, taken back and paid
# again gives access, grace, and access.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
fixtures=tests/fixtures/facturascripts
echo 'products = ( { source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; },
             { source = "erp"; match = "sku:CURSO-WELD"; site = "campus"; courses = ("CPR-2Y"); term = "P2Y"; grace_days = 0; },
             { source = "erp"; match = "sku:CURSO-FIRST-AID"; exclude = true; } );' >"$dir/rules.conf"
start --seed contract --now 2026-11-20T09:41:24Z
more_sources=", { name = \"erp\"; kind = \"facturascripts\"; role = \"invoice\"; url = \"$url\"; token = \"file:$dir/sandbox/fs.token\"; sweep_days = 1;
	ca_file = \"$dir/sandbox/ca.pem\"; allow_private = (\"127.0.0.1\", \"localhost\"); }"
write_conf
hold
control sql "sql=DELETE FROM shop.orders" >/dev/null
order 1 MATH-1 ana@example.test 'Ana Díaz' 99.00 2026-11-18T10:00:00.5Z
for table in facturaclientes lineafacturaclientes reciboclientes pagoclientes clientes contactos empresas; do
	control fs "resource=$table" "rows@$fixtures/$table-list.json" >/dev/null
done
tied() { sql "SELECT string_agg(concat_ws(' ', control, currency, expected, actual), ', ') FROM rule.control_now WHERE expected <> actual"; }
classes() { sql "SELECT string_agg(concat_ws(' ', s.name, d.number, c.class, nullif(c.code, '')), ', ' ORDER BY s.name, d.number, c.unit_id) FROM rule.unit_class c
	JOIN ctok.document d USING (tenant_id, document_id) JOIN ctok.source s ON s.source_id = c.source_id"; }
enrolled() { control sql "sql=SELECT u.email || ' ' || e.status AS t FROM mdl_user_enrolments e JOIN mdl_user u ON u.id = e.userid JOIN mdl_enrol n ON n.id = e.enrolid
	JOIN mdl_course c ON c.id = n.courseid WHERE c.shortname = 'CPR-2Y' AND u.email = 'laura@example.org'" | grep -o 'laura@[^"]*'; }
night
admin go-live --since 2026-01-01
night
expect "the first live night ends well" "0: " "$code: $(tied)"
expect "the shop's learner and the invoice's first seat have access; the seat given back has none; what is paid in part waits" \
	"erp F2026A1 excluded NOT_A_COURSE, erp F2026A1 matched, erp F2026A1 excluded REFUNDED, erp F2026A2 excluded NOT_PAID, erp F2026A2 excluded NOT_PAID, erp F2026A2 excluded NOT_PAID, erp F2026A2 excluded NOT_PAID, shop 1 matched" "$(classes)"
expect "in Moodle too" "laura@example.org 0" "$(enrolled)"
rows_before=$(rows) writes_before=$(writes)
night
expect "a quiet night" "0: $writes_before: $rows_before" "$code: $(writes): $(rows)"

# The bank takes the payment back.
now=2026-11-21T12:00:00Z write_conf
control clock now=2026-11-21T12:00:00Z >/dev/null
control fs resource=facturaclientes 'rows={"idfactura":2,"pagada":false}' >/dev/null
control fs resource=reciboclientes 'rows={"idrecibo":1,"pagado":false,"fechapago":null}' >/dev/null
control fs resource=pagoclientes 'rows={"idpago":7,"idrecibo":1,"importe":-571,"fecha":"21-11-2026","hora":"10:00:00","codpago":"TRANS"}' >/dev/null
night
expect "a payment taken back ends access" "0: laura@example.org 1: " "$code: $(enrolled): $(tied)"
admin explain laura@example.org
expect "and explain says why" 1 "$(grep -c 'entitled to CPR-2Y by invoice F2026A1.*ended by a payment taken back' "$dir/out")"
# It is paid again.
now=2026-11-22T12:00:00Z write_conf
control clock now=2026-11-22T12:00:00Z >/dev/null
control fs resource=facturaclientes 'rows={"idfactura":2,"pagada":true}' >/dev/null
control fs resource=reciboclientes 'rows={"idrecibo":1,"pagado":true,"fechapago":"22-11-2026"}' >/dev/null
control fs resource=pagoclientes 'rows={"idpago":8,"idrecibo":1,"importe":571,"fecha":"22-11-2026","hora":"10:00:00","codpago":"TRANS"}' >/dev/null
night
expect "paying again gives it back" "0: laura@example.org 0: " "$code: $(enrolled): $(tied)"

# The invoice vanishes: access stays, a person is asked, and all ties.
now=2026-11-24T12:00:00Z write_conf
control clock now=2026-11-24T12:00:00Z >/dev/null
control sql "sql=DELETE FROM fs.row WHERE resource = 'facturaclientes' AND id = '2'" >/dev/null
night
expect "a vanished invoice ends nothing" "0: laura@example.org 0: DOCUMENT_GONE 57100: " "$code: $(enrolled): $(sql "SELECT string_agg(concat_ws(' ', class, risk_minor), ',') FROM ctok.finding
	WHERE cleared_at IS NULL AND class IN ('DOCUMENT_GONE', 'CREDIT_UNTIED')"): $(tied)"
finish
