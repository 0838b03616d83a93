#!/bin/bash
# Over four connections the same is read as over one, document by document; and what may go wrong with four requests under way.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
start --seed contract --now 2026-11-20T09:41:24Z
access="ca_file = \"$dir/sandbox/ca.pem\"; allow_private = (\"127.0.0.1\", \"localhost\"); url = \"$url\""
sources() { # sources CONNECTIONS …: each kind once for each
	more_sources=
	for c in "$@"; do
		more_sources="$more_sources, { name = \"woo$c\"; kind = \"woocommerce\"; role = \"sale\"; api_key = \"file:$dir/sandbox/woo.key\"; $access; connections = $c; },
			{ name = \"erp$c\"; kind = \"facturascripts\"; role = \"invoice\"; token = \"file:$dir/sandbox/fs.token\"; $access; connections = $c; },
			{ name = \"pay$c\"; kind = \"stripe\"; role = \"payment\"; api_key = \"file:$dir/sandbox/stripe.key\"; $access; connections = $c; },
			{ name = \"shop$c\"; kind = \"squarespace\"; role = \"sale\"; api_key = \"file:$dir/sandbox/shop.key\"; $access; connections = $c; transactions = true; }"
	done
	write_conf
}
echo 'products = ( { source = "shop"; match = "sku:MATH-1"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; } );' >"$dir/rules.conf"
sources 1 4
hold
# A shop of several pages, some orders with refunds; a site of several pages of invoices; charges that only point at who paid.
woo_orders() { # woo_orders FROM TO MOMENT
	control sql "sql=SELECT woo.put_orders((SELECT json_agg(doc::jsonb || jsonb_build_object('id', n, 'number', n::text, 'date_created_gmt', '$3', 'date_modified_gmt', '$3',
		'refunds', CASE WHEN n % 10 = 0 THEN jsonb_build_array(jsonb_build_object('id', 900000 + n, 'reason', '', 'total', '-1.00')) ELSE '[]' END))
		FROM (SELECT doc FROM woo.orders WHERE id = 1042) x, generate_series($1, $2) n))" >/dev/null
	control sql "sql=INSERT INTO woo.refunds SELECT 900000 + n, n, jsonb_build_object('id', 900000 + n, 'date_created_gmt', '$3', 'amount', '1.00', 'line_items', '[]'::jsonb)::text
		FROM generate_series($1, $2) n WHERE n % 10 = 0 ON CONFLICT DO NOTHING" >/dev/null
}
control woo "orders@tests/fixtures/woocommerce/orders.json" >/dev/null
control sql "sql=DELETE FROM woo.orders WHERE id <> 1042" >/dev/null
woo_orders 2001 2550 2026-11-01T10:00:00
for table in facturaclientes lineafacturaclientes reciboclientes pagoclientes clientes contactos empresas; do
	control fs "resource=$table" "rows@tests/fixtures/facturascripts/$table-list.json" >/dev/null
done
control sql "sql=INSERT INTO fs.row SELECT r.resource, n::text, r.doc || jsonb_build_object('idfactura', n, 'codigo', 'G' || n, 'idfacturarect', NULL)
	FROM fs.row r, generate_series(1000, 1450) n WHERE r.resource = 'facturaclientes' AND r.id = '2';
	INSERT INTO fs.row SELECT r.resource, (n * 10 + r.id::int)::text, r.doc || jsonb_build_object('idlinea', n * 10 + r.id::int, 'idfactura', n)
	FROM fs.row r, generate_series(1000, 1450) n WHERE r.resource = 'lineafacturaclientes' AND r.doc ->> 'idfactura' = '2';
	INSERT INTO fs.row SELECT r.resource, (n * 10 + r.id::int)::text, r.doc || jsonb_build_object('idrecibo', n * 10 + r.id::int, 'idfactura', n)
	FROM fs.row r, generate_series(1000, 1450) n WHERE r.resource = 'reciboclientes' AND r.doc ->> 'idfactura' = '2';
	INSERT INTO fs.row SELECT r.resource, (n * 10 + r.id::int)::text, r.doc || jsonb_build_object('idpago', n * 10 + r.id::int, 'idrecibo', n * 10 + (r.doc ->> 'idrecibo')::int)
	FROM fs.row r, generate_series(1000, 1450) n WHERE r.resource = 'pagoclientes' AND r.doc ->> 'idrecibo' IN (SELECT id FROM fs.row WHERE resource = 'reciboclientes' AND doc ->> 'idfactura' = '2')" >/dev/null
control stripe kind=charges "objects=$(python3 - <<'P'
import json, sys
sys.path.insert(0, "tests/support")
import stripe
print(json.dumps([stripe.charge("ch_%d" % n, 1000 + n, created=stripe.T + n, pi="pi_%d" % n, email=None, name=None, customer="cus_%d" % (n % 40)) for n in range(130)]))
P
)" >/dev/null
control stripe kind=customers "objects=$(python3 - <<'P'
import json, sys
sys.path.insert(0, "tests/support")
import stripe
print(json.dumps([stripe.customer("cus_%d" % n, "c%d@example.test" % n, "Customer %d" % n) for n in range(40)]))
P
)" >/dev/null
pull() { run ctok-pull-sales --source "$1" "${@:2}"; }
told() { # told SOURCE: all that the ledger has of it
	sql "SELECT count(*) || ' ' || md5(string_agg(concat_ws(' ', d.external_id, d.number, d.kind, d.corrects, d.status, d.total_minor, d.paid_minor, d.refunded_minor, d.unallocated_minor, d.version, c.email, c.name,
		(SELECT string_agg(concat_ws(' ', l.line_key, l.quantity, l.net_minor), ',' ORDER BY l.line_no) FROM ctok.line l WHERE l.document_id = d.document_id),
		(SELECT string_agg(concat_ws(' ', m.kind, m.amount_minor, m.effective_at), ',' ORDER BY m.kind, m.amount_minor, m.effective_at) FROM ctok.movement m WHERE m.document_id = d.document_id)),
		E'\n' ORDER BY d.external_id)) FROM ctok.document d JOIN ctok.source s USING (tenant_id, source_id) LEFT JOIN ctok.contact c ON c.contact_id = d.buyer_contact_id WHERE s.name = '$1'"
}
cursors() { sql "SELECT md5(string_agg(c.name || c.value, ' ' ORDER BY c.name)) FROM ctok.source_cursor c JOIN ctok.source s USING (tenant_id, source_id) WHERE s.name = '$1'"; }
asked() { control counters | grep -o "\"$1[^:]*\":{\"requests\":[0-9]*" | grep -o '[0-9]*$' | awk '{ n += $1 } END { print n + 0 }'; }
for kind in woo erp pay shop; do
	for c in 1 4; do
		control reset >/dev/null
		pull $kind$c
		declare "code$c=$code" "asked$c=$(asked "$([ $kind = erp ] && echo fs || { [ $kind = pay ] && echo stripe || { [ $kind = shop ] && echo '' || echo woo; }; })")"
	done
	expect "$kind: the same documents, the same cursors" "0 0: $(told ${kind}1): $(cursors ${kind}1)" "$code1 $code4: $(told ${kind}4): $(cursors ${kind}4)"
	expect "$kind: no request more" "$asked1" "$asked4"
done
expect "and they were many" "606 454 130" "$(for s in woo4 erp4 pay4; do told $s | cut -d' ' -f1; done | paste -sd' ')"

# Orders that go and come while parts of the list are read side by side.
later() { now=$1 sources 1 4; control clock "now=$1" >/dev/null; }
later 2026-11-21T12:00:00Z
woo_orders 3001 3400 2026-11-21T10:00:00
control fault kind=sql match=offset=198 'sql=DELETE FROM woo.orders WHERE id BETWEEN 3001 AND 3030' >/dev/null
pull woo4
expect "orders that are deleted meanwhile hide no others" "0: 370" "$code: $(sql "SELECT count(*) FROM ctok.document d JOIN ctok.source s USING (tenant_id, source_id) WHERE s.name = 'woo4' AND d.external_id::bigint BETWEEN 3031 AND 3400")"

# With four under way: too many requests, a body that is cut, a page that lacks an order, the end of the program.
later 2026-11-22T12:00:00Z
woo_orders 4001 4600 2026-11-22T10:00:00
before=$(told woo4)
control fault kind=status status=429 retry_after=1 match=offset=99 count=1 >/dev/null
control fault kind=status status=429 retry_after=1 match=offset=198 count=1 >/dev/null
control fault kind=cut match=offset=297 count=1 >/dev/null
control fault kind=slow ms=300 match=status=any count=99 >/dev/null
pull woo4
expect "what passes is waited for, and all is read" "0: 660" "$code: $(sql "SELECT count(*) FROM ctok.document d JOIN ctok.source s USING (tenant_id, source_id) WHERE s.name = 'woo4' AND (d.external_id::bigint BETWEEN 4001 AND 4600 OR d.corrects ~ '^4...$')")"
control reset >/dev/null
later 2026-11-23T12:00:00Z
woo_orders 5001 5600 2026-11-23T10:00:00
before=$(told woo4)
why() { grep -ho 'could not read source.*' "$dir/out" | head -1 | sed 's/^could not read source "[a-z0-9]*": //'; }
control fault kind=short n=1 match=offset=198 count=3 >/dev/null
pull woo4
expect "a page that lacks an order is told as that page, and nothing counts" "12: orders from number 199 on: 99 came where 100 are due: the shop says that there are 1200: $before" "$code: $(why): $(told woo4)"
control reset >/dev/null
control fault kind=late ms=20000 match=offset= count=99 skip=1 >/dev/null
"$bin/ctok-pull-sales" --source woo4 --config "$dir/ctok-batch.conf" >"$dir/out" 2>&1 &
pid=$!
for i in $(seq 200); do [ "$(control faults | grep -o '"hits":[0-9]*' | cut -d: -f2)" -ge 5 ] && break; sleep 0.05; done
begun=$SECONDS
kill -TERM $pid
wait $pid
code=$?
expect "a program that is asked to end does not wait for four answers" "1 $before" "$([ "$code" != 0 ] && [ $((SECONDS - begun)) -lt 12 ] && echo 1 || echo "$code after $((SECONDS - begun)) s") $(told woo4)"
control reset >/dev/null
pull woo4
expect "and the next one reads all" "0: 660" "$code: $(sql "SELECT count(*) FROM ctok.document d JOIN ctok.source s USING (tenant_id, source_id) WHERE s.name = 'woo4' AND (d.external_id::bigint BETWEEN 5001 AND 5600 OR d.corrects ~ '^5...$')")"

# A right that is taken away meanwhile costs no more refusals than are under way, and no ban.
control fault kind=sql match=reciboclientes skip=1 "sql=UPDATE fs.resource SET allowed = false" >/dev/null
control clock now=2026-12-21T12:00:00Z >/dev/null
now=2026-12-21T12:00:00Z sources 1 4
refusals() { control counters | grep -o '"fs[^}]*}' | grep -o '"failed":[0-9]*' | awk -F: '{ n += $2 } END { print n + 0 }'; }
pull erp4
count=$(refusals)
control sql "sql=UPDATE fs.resource SET allowed = name NOT IN ('users', 'apikeyes')" >/dev/null
pull erp4
expect "a right that is taken away" "1 0" "$([ "$count" -ge 1 ] && [ "$count" -le 4 ] && echo 1 || echo "$count refusals") $code"
no_secrets
finish
