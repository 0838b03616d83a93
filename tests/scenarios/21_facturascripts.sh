#!/bin/bash
# FacturaScripts through whole programs: the recorded answers with the movements that the contract makes of them, what changes between pulls,
# and everything that must not pass for a whole reading.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
more_settings='log_level = "debug";' # also what only a debug log tells
fixtures=tests/fixtures/facturascripts
erp() { # erp SETTINGS: a source of that site
	more_sources=", { name = \"erp\"; kind = \"facturascripts\"; role = \"invoice\"; url = \"$url\"; token = \"file:$dir/${token:-sandbox/fs.token}\";
	ca_file = \"$dir/sandbox/ca.pem\"; allow_private = (\"127.0.0.1\", \"localhost\"); $1 }"
	write_conf
}
rules='{ source = "shop"; match = "sku:BLS"; site = "campus"; courses = ("ACLS"); }'
echo "products = ( $rules );" >"$dir/rules.conf"
start --seed empty
rows_of() { control fs "resource=$1" "rows@$fixtures/${2:-$1-list.json}" >/dev/null; }
fs() { control fs "resource=$1" "rows=$2" >/dev/null; }
fs_sql() { control sql "sql=$1" >/dev/null; }
pull() { run ctok-pull-sales --source erp "$@"; }
get() { curl -sS --cacert "$dir/sandbox/ca.pem" -H "Token: $(cat "$dir/sandbox/fs.token")" "$url/api/3/$1"; }
asked() { control counters | grep -o '"fs[^:]*:{[^}]*}' | grep -o '"requests":[0-9]*' | awk -F: '{ n += $2 } END { print n + 0 }'; }

# The sandbox answers what was recorded.
for table in facturaclientes lineafacturaclientes reciboclientes pagoclientes clientes contactos empresas estadodocumentos formapagos series productos; do
	rows_of $table
	get "$table?limit=0" >"$dir/answer"
	expect "the sandbox lists $table as recorded" same "$(python3 - "$dir/answer" "$fixtures/$table-list.json" <<'P'
import json, sys
a, b = (json.load(open(f)) for f in sys.argv[1:])
print("same" if a == b and all(list(r) == sorted(r) for r in a) else "other: %s" % a)
P
)"
done
code_of() { curl -s -o "$dir/answer" -w '%{http_code} %header{x-total-count} ' --cacert "$dir/sandbox/ca.pem" -H "Token: ${2-$(cat "$dir/sandbox/fs.token")}" "$url/$1"; cat "$dir/answer"; }
expect "a bad date finds nothing" '200 0 []' "$(code_of 'api/3/facturaclientes?filter%5Bfecha_gte%5D=2026-13-45')"
expect "the other order of a date" '200 3 ' "$(code_of 'api/3/facturaclientes?limit=1&filter%5Bfecha_gte%5D=20-11-2026' | cut -c1-6)"
expect "an unknown field" '400  {"error":"api: fields not allowed: nosuch"}' "$(code_of 'api/3/facturaclientes?filter%5Bnosuch%5D=1')"
expect "an unknown table" '404  {"status":"error","message":"Invalid API resource"}' "$(code_of 'api/3/nosuch')"
expect "no such record" '404  {"error":"Record not found"}' "$(code_of 'api/3/facturaclientes/99')"
expect "quotes, by their own columns" '200 0 []' "$(code_of 'api/3/presupuestoclientes?filter%5Beditable%5D=1&sort%5Bidpresupuesto%5D=ASC')"
expect "which orders share, but for the key" '400  {"error":"api: fields not allowed: idpresupuesto"}' "$(code_of 'api/3/pedidoclientes?filter%5Bidpresupuesto%5D=1')"
expect "their lines" '200 0 []200 0 []' "$(code_of 'api/3/lineapresupuestoclientes?filter%5Bidpresupuesto_gte%5D=1')$(code_of 'api/3/lineapedidoclientes?filter%5Bidpedido_gte%5D=1')"
expect "a bad version" '400  {"status":"error","message":"Invalid API version"}' "$(code_of 'api/2/facturaclientes')"
expect "no version" '400  {"status":"error","message":"API version not found"}' "$(code_of 'api/')"
expect "a forbidden table" '403  {"status":"error","message":"Forbidden"}' "$(code_of 'api/3/users')"
expect "a bad token" '401  {"status":"error","message":"Invalid auth token"}' "$(code_of 'api/3/clientes' wrong)"
for i in 1 2 3; do code_of api/3/clientes wrong >/dev/null; done
expect "after five, nobody gets in" '429  {"status":"error","message":"For security reasons, access from your IP has been blocked for 10 minutes."}' "$(code_of api/3/clientes)"
control reset >/dev/null

# The recorded answers through the real path.
erp 'sweep_days = 30; start = "2026-01-01";'
hold
pulls() { sql "SELECT concat_ws(' ', complete, documents, changed) FROM ctok.pull p JOIN ctok.source s USING (source_id) WHERE s.name = 'erp' ORDER BY pull_id DESC LIMIT 1"; }
movements() { # of documents whose id matches
	sql "SELECT concat_ws(' ', d.number, m.kind, m.external_key, m.amount_minor, to_char(m.effective_at, 'MM-DD HH24:MI:SS'),
		(SELECT 'line ' || l.line_key || ' seat ' || u.unit_no FROM ctok.unit u JOIN ctok.line l USING (tenant_id, document_id, line_no) WHERE u.unit_id = m.unit_id))
		FROM ctok.movement m JOIN ctok.document d USING (tenant_id, document_id) JOIN ctok.source s USING (tenant_id, source_id)
		WHERE s.name = 'erp' AND d.external_id ~ '^(${1:-.*})\$' ORDER BY d.external_id::bigint, m.movement_id"
}
documents() {
	sql "SELECT concat_ws(' ', d.number, d.kind, nullif(d.corrects, ''), d.status, d.currency, d.total_minor, 'paid', d.paid_minor, 'back', d.refunded_minor, 'other', d.unallocated_minor, c.email)
		FROM ctok.document d JOIN ctok.source s USING (tenant_id, source_id) LEFT JOIN ctok.contact c ON c.contact_id = d.buyer_contact_id
		WHERE s.name = 'erp' AND d.external_id ~ '^(${1:-.*})\$' ORDER BY d.external_id::bigint"
}
units() { # seats, with their net price and why they are void
	sql "SELECT concat_ws(' ', d.number, l.line_key || '.' || u.unit_no, u.net_minor, v.verdict, v.revoked_why, to_char(v.revoked_at, 'MM-DD HH24:MI'))
		FROM rule.unit_verdict v JOIN ctok.unit u USING (tenant_id, unit_id) JOIN ctok.line l ON l.document_id = v.document_id AND l.line_no = v.line_no
		JOIN ctok.document d ON d.document_id = v.document_id JOIN ctok.source s ON s.source_id = d.source_id
		WHERE s.name = 'erp' AND d.external_id ~ '^(${1:-.*})\$' ORDER BY d.external_id::bigint, l.line_no, u.unit_no"
}
findings() { # by the views, as the next reconcile would keep them
	sql "SELECT concat_ws(' ', f.class, d.number, f.risk_minor, nullif(f.detail, '')) FROM rule.finding_now f LEFT JOIN ctok.document d USING (tenant_id, document_id)
		JOIN ctok.source s ON s.source_id = f.source_id WHERE s.name = 'erp' AND f.class ~ '${1:-.*}' ORDER BY 1"
}
untied() { sql "SELECT string_agg(concat_ws(' ', control, currency, expected, actual), ', ') FROM rule.control_now WHERE expected <> actual AND control <> 'OPEN_IN_FINDINGS'"; }
pull
expect "the recorded answers are read whole" "0: t 3 3" "$code: $(pulls)"
expect "their documents: the draft is not taken" "F2026A1 invoice paid EUR 57100 paid 57100 back 22500 other 0 laura@example.org
F2026R1 credit_note 2 paid EUR -22500 paid -22500 back 0 other 0 laura@example.org
F2026A2 invoice unpaid EUR 100000 paid 40000 back 0 other 0 admin@norte.example" "$(documents)"
expect "their movements: paid, taken back, paid again; a seat credited; paid in part" "F2026A1 charge payment 1 57100 11-20 09:41:04
F2026A1 adjustment payment 2 -57100 11-20 09:41:04
F2026A1 charge payment 3 57100 11-20 09:41:05
F2026A1 refund credit 4 payment 4 2.2 -22500 11-20 09:41:16 line 2 seat 2
F2026A2 charge payment 6 40000 11-20 09:42:43" "$(movements)"
expect "their seats add up to the total, taxes and discounts included" "F2026A1 1.1 12100 NO_RULE
F2026A1 2.1 22500 NO_RULE
F2026A1 2.2 22500 NO_RULE refund 11-20 09:41
F2026A2 6.1 25000 NOT_PAID
F2026A2 6.2 25000 NOT_PAID
F2026A2 6.3 25000 NOT_PAID
F2026A2 6.4 25000 NOT_PAID" "$(units)"
expect "a source without a rule excludes, and asks nobody" "" "$(findings)"
expect "all ties" "" "$(untied)"

# Read again, nothing changes; and so between sweeps.
whole=$(movements; documents; units)
pull
expect "a second pull changes nothing" "0: t 3 0: $whole" "$code: $(pulls): $(movements; documents; units)"
# The draft is issued: nothing else about it changes, and it is never paid.
fs facturaclientes '{"idfactura":7,"editable":false,"idestado":11}'
pull
expect "a draft that was issued" "0: t 4 1: F2026S1 invoice unpaid EUR 13976 paid 0 back 0 other 0 laura@example.org" "$code: $(pulls): $(documents 7)"
expect "a line without a product has its share too" "F2026S1 7.1 12100 NOT_PAID
F2026S1 8.1 1876 NOT_PAID" "$(units 7)"

# invoice ID CODE TOTAL [FIELDS [DATE]]: an invoice with one line of one seat and one unpaid receipt
invoice() {
	local id=$1 code=$2 total=$3 more=${4:-} date=${5:-20-11-2026}
	fs facturaclientes "$(python3 - "$fixtures" "$id" "$code" "$total" "{${more}}" "$date" <<'P'
import json, sys
row = json.load(open(sys.argv[1] + "/facturaclientes-list.json"))[2]
n = float(sys.argv[4])
row.update(idfactura=int(sys.argv[2]), codigo=sys.argv[3], total=n, neto=n, netosindto=n, totaleuros=n, fecha=sys.argv[6], pagada=False)
row.update(json.loads(sys.argv[5]))
print(json.dumps(row))
P
)"
}
line() { # line ID INVOICE SKU QUANTITY NET [FIELDS]
	fs lineafacturaclientes "$(python3 - "$fixtures" "$@" <<'P'
import json, sys
row = json.load(open(sys.argv[1] + "/lineafacturaclientes-list.json"))[1]
row.update(idlinea=int(sys.argv[2]), idfactura=int(sys.argv[3]), referencia=sys.argv[4], cantidad=float(sys.argv[5]), pvptotal=float(sys.argv[6]),
           pvpsindto=float(sys.argv[6]), dtopor=0, iva=0)
row.update(json.loads("{%s}" % (sys.argv[7] if len(sys.argv) > 7 else "")))
print(json.dumps(row))
P
)"
}
receipt() { # receipt ID INVOICE AMOUNT PAID
	fs reciboclientes "[{\"idrecibo\":$1,\"idfactura\":$2,\"importe\":$3,\"pagado\":$4,\"fecha\":\"20-11-2026\",\"vencimiento\":\"20-12-2026\",\"fechapago\":null}]"
}
payment() { # payment ID RECEIPT AMOUNT TIME
	fs pagoclientes "[{\"idpago\":$1,\"idrecibo\":$2,\"importe\":$3,\"fecha\":\"20-11-2026\",\"hora\":\"$4\",\"codpago\":\"TRANS\"}]"
}
paid() { fs facturaclientes "{\"idfactura\":$1,\"pagada\":$2}"; }

# A larger site, so that a pull between sweeps asks for what can have changed only.
for i in $(seq 0 19); do
	printf '%s{"idfactura":%d,"codigo":"OLD%d","total":10,"neto":10,"netosindto":10,"totaliva":0,"totalirpf":0,"totalrecargo":0,"totalsuplidos":0,"dtopor1":0,"dtopor2":0,"pagada":true,"editable":false,"fecha":"01-11-2026","hora":"09:00:00","coddivisa":"EUR","idempresa":1,"codcliente":"2","nombrecliente":"Academia Norte SL","idcontactofact":2,"idfacturarect":null,"observaciones":null}' "$([ $i = 0 ] && echo '[' || echo ,)" $((100 + i)) $i
done >"$dir/old"; echo ']' >>"$dir/old"
control fs resource=facturaclientes "rows@$dir/old" >/dev/null
invoice 1000 F2026A10 100.5
line 1000 1000 CURSO-WELD 3 100.50
receipt 1000 1000 100.5 false
pull
expect "new invoices come in; without receipts they are as paid as they say" "0: t 25 21: OLD19 invoice paid EUR 1000 paid 1000 back 0 other 1000 admin@norte.example" "$code: $(pulls): $(documents 119)"
receipt 1000 1000 100.5 true
payment 1000 1000 100.5 13:00:00
paid 1000 true
before=$(asked)
pull
expect "it is paid: found by its payment" "0: t 1: F2026A10 charge payment 1000 10050 11-20 12:00:00" "$code: $(pulls | cut -d' ' -f1,3): $(movements 1000)"
expect "three seats of 33.50" "33.50 33.50 33.50" "$(sql "SELECT string_agg(to_char(u.net_minor / 100.0, 'FM990.00'), ' ') FROM ctok.unit u JOIN ctok.document d USING (tenant_id, document_id) WHERE d.number = 'F2026A10'")"
# Old payments move the window on: an invoice far below the watermarks is found by its payment alone.
invoice 2000 F2026A20 10
line 2000 2000 CURSO-WELD 1 10
receipt 2000 2000 10 false
payment 2000 1000 0 13:00:00
pull
receipt 1000 1000 100.5 false
payment 2100 1000 -100.5 13:30:00
paid 1000 false
pull
expect "it is taken back" "F2026A10 charge payment 1000 10050 11-20 12:00:00
F2026A10 adjustment payment 2100 -10050 11-20 12:30:00" "$(movements 1000)"
expect "and void from then on" "F2026A10 1000.1 3350 NOT_PAID unpaid 11-20 12:30" "$(units 1000 | head -1)"
receipt 1000 1000 100.5 true
payment 2200 1000 100.5 13:40:00
paid 1000 true
pull
expect "and paid again" "0: F2026A10 1000.1 3350 NO_RULE" "$code: $(units 1000 | head -1)"
whole=$(movements; documents; units)
pull
expect "again nothing changes" "0: 0: $whole" "$code: $(pulls | cut -d' ' -f3): $(movements; documents; units)"
expect "between sweeps less is read than there is" less "$([ "$(pulls | cut -d' ' -f2)" -lt 15 ] && echo less || pulls)"

# A webhook (X-MM-*) names an invoice that nothing else would have led to before the next sweep.
mkdir "$dir/spool"
printf mm-secret >"$dir/mm.secret"
chmod 600 "$dir/mm.secret"
erp "sweep_days = 30; start = \"2026-01-01\"; spool = \"$dir/spool\"; spool_secret = \"file:$dir/mm.secret\"; spool_events = (\"invoice_*\");"
fs facturaclientes '{"idfactura":105,"total":12,"neto":12,"netosindto":12}'
pull
before=$(documents 105 | cut -d' ' -f5)
body='{"idfactura":105,"total":999}'
printf 'X-MM-Event: invoice_updated\nX-MM-Signature: sha256=%s\nX-MM-Timestamp: %s\nX-MM-Nonce: n1\n\n%s' \
	"$(printf %s "$body" | openssl dgst -sha256 -hmac mm-secret -r | cut -d' ' -f1)" "$(date -d "$now" +%s)" "$body" >"$dir/spool/1"
touch -d "$now" "$dir/spool/1"
pull
expect "a webhook leads to an invoice that was edited between sweeps, as it is there" "0: 1000: 1200: 0" \
	"$code: $before: $(documents 105 | cut -d' ' -f5): $(find "$dir/spool" -type f | wc -l)"
erp 'sweep_days = 30; start = "2026-01-01";'

# Credit notes.
invoice 2010 F2026R2 -33.5 '"idfacturarect":1000,"codserie":"R","pagada":false,"vencida":true,"hora":"14:00:00"'
line 2010 2010 CURSO-WELD -1 -33.5 '"idlinearect":1000'
receipt 2010 2010 -33.5 false
pull
expect "a credit note that is not paid back yet takes a seat, and no money" "F2026A10 1000.1 3350 NO_RULE
F2026A10 1000.2 3350 NO_RULE
F2026A10 1000.3 3350 NO_RULE refund 11-20 13:00: 0" "$(units 1000): $(sql "SELECT refunded_minor FROM ctok.document WHERE number = 'F2026A10'")"
receipt 2010 2010 -33.5 true
payment 2210 2010 -33.5 14:30:00
invoice 2011 F2026R3 -67 '"idfacturarect":1000,"codserie":"R","hora":"15:00:00"'
line 2011 2011 CURSO-WELD -1 -33.5 '"idlinearect":1000'
line 2012 2011 CURSO-WELD -1 -33.5 '"idlinearect":1000'
receipt 2011 2011 -67 true
payment 2211 2011 -67 15:30:00
pull
expect "credited in full" "F2026A10 refund credit 2010 payment 2210 1.3 -3350 11-20 13:30:00 line 1000 seat 3
F2026A10 refund credit 2011 payment 2211 1.1 -3350 11-20 14:30:00 line 1000 seat 1
F2026A10 refund credit 2011 payment 2211 1.2 -3350 11-20 14:30:00 line 1000 seat 2" "$(movements 1000 | tail -3)"
invoice 2020 F2026R4 -5 '"idfacturarect":null'
receipt 2020 2020 -5 true
payment 2220 2020 -5 15:00:00
pull
expect "a correction that names nothing is a finding" "CREDIT_UNTIED F2026R4 500 it names no original" "$(findings CREDIT_UNTIED)"

# Two companies with the same code, another currency, numbers as doubles come out, and an invoice that costs nothing.
fs empresas '{"idempresa":2,"cifnif":"B00000026","nombre":"Aula Dos SL"}'
fs facturaclientes "$(control sql "sql=SELECT (doc || '{\"idfactura\":2030,\"idempresa\":2,\"coddivisa\":\"USD\",\"tasaconv\":1.129,\"totaleuros\":88.57,\"total\":99.99499999999999,\"neto\":99.995,\"netosindto\":99.995,\"idcontactofact\":null}')::text AS t FROM fs.row WHERE resource = 'facturaclientes' AND id = '1000'" | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["t"])')"
line 2030 2030 CURSO-WELD 1 99.99499999999999
receipt 2030 2030 99.995 true
payment 2230 2030 99.995 16:00:00
invoice 2031 F2026A31 0
pull
expect "two companies, one code; the currency's own amounts, rounded" "F2026A10 invoice paid USD 9999 paid 10000 back 0 other 0 admin@norte.example
F2026A31 invoice paid EUR 0 paid 0 back 0 other 0 admin@norte.example" "$(documents '203[01]')"
erp 'sweep_days = 30; start = "2026-01-01"; companies = ("1");'
fs facturaclientes '{"idfactura":2030,"total":50}'
pull --full
expect "only one company is taken, and the other's is not gone" "0: 9999: " "$code: $(sql "SELECT total_minor FROM ctok.document WHERE external_id = '2030'"): $(findings GONE)"
erp 'sweep_days = 30; start = "2026-01-01"; companies = ("9");'
pull
expect "a company that is not there" "78 1" "$code $(grep -c 'the site has no company 9, which setting "companies" names' "$dir/out")"
erp 'sweep_days = 30; start = "2026-01-01";'
expect "all ties still" "" "$(untied)"

# What vanishes is found by a sweep, and no sooner.
control sql "sql=DELETE FROM fs.row WHERE resource = 'facturaclientes' AND id IN ('100', '7')" >/dev/null
fs facturaclientes '{"idfactura":2040,"codigo":"F2026A40","editable":true,"total":1,"neto":1,"netosindto":1,"fecha":"20-11-2026","hora":"10:00:00","idempresa":1,"codcliente":"2","coddivisa":"EUR","pagada":false,"observaciones":null,"nombrecliente":"","idfacturarect":null}'
pull
expect "between sweeps nothing is gone" ": 0" "$(findings GONE): $code"
now=2026-12-21T12:00:00Z erp 'sweep_days = 30; start = "2026-01-01";'
control sql "sql=DELETE FROM fs.row WHERE resource = 'facturaclientes' AND id = '2040'" >/dev/null
pull
expect "after a month it is; a draft that went is nothing" "0: DOCUMENT_GONE F2026S1 13976 missing since 2026-12-21
DOCUMENT_GONE OLD0 1000 missing since 2026-12-21" "$code: $(findings GONE)"
fs facturaclientes "$(python3 -c 'import json,sys; r=json.load(open(sys.argv[1]))[0]; print(json.dumps(r))' "$dir/old")"
pull --full
expect "one that is back is no finding" "DOCUMENT_GONE F2026S1 13976 missing since 2026-12-21" "$(findings GONE)"

# What must not pass for a whole reading. Each changes nothing.
digest() {
	sql "SELECT md5(concat((SELECT string_agg(x::text, ',' ORDER BY x::text) FROM ctok.document x), (SELECT string_agg(x::text, ',' ORDER BY x::text) FROM ctok.line x),
		(SELECT string_agg(x::text, ',' ORDER BY x::text) FROM ctok.unit x), (SELECT string_agg(x::text, ',' ORDER BY x::text) FROM ctok.movement x),
		(SELECT string_agg(x::text, ',' ORDER BY x::text) FROM ctok.source_cursor x)))"
}
whole=$(digest)
refused() { # refused TITLE EXIT WORDS
	pull --full
	expect "$1" "$2: f: 1: same" "$code: $(pulls | cut -d' ' -f1): $(grep -c "$3" "$dir/out"): $([ "$whole" = "$(digest)" ] && echo same || echo changed)"
	control reset >/dev/null
}
fault() { control fault "$@" >/dev/null; }
open_breaker() { sql "UPDATE ctok.http_breaker SET failures = 0, open_until = NULL" >/dev/null; }
fault kind=short n=3 match=idfactura_gt && refused "invoices cut by a limit of the site's own" 12 'rows came where'
fault kind=short n=1 match=lineafacturaclientes && refused "a line is missing" 12 'page 1 of lineafacturaclientes: '
fault kind=repeat n=1 match=reciboclientes && refused "a receipt comes twice" 12 'page 1 of reciboclientes: '
fault kind=shuffle match=idfactura_gt && refused "not in order" 12 'the list is not in order'
fault kind=empty match=fecha_gte && refused "no invoices, because of a date" 12 'nothing came for the days since 2026-01-01, although'
fault kind=empty match=lineafacturaclientes count=9 && refused "no lines any more" 12 'the table is empty all of a sudden'
fault kind=empty match=/facturaclientes && refused "no invoices at all" 12 'the last of facturaclientes: the table is empty all of a sudden'
fault kind=html match=reciboclientes && refused "a login page" 12 'the answer is "text/html", not JSON'
fault kind=status status=500 type=html match=pagoclientes count=9 && refused "a PHP error, again and again" 69 'with status 500 after'
open_breaker
fault kind=status status=500 type=html match=pagoclientes
pull --full
expect "a PHP error, once" 0 "$code"
whole=$(digest)
control sql "sql=UPDATE fs.resource SET allowed = false WHERE name = 'contactos'" >/dev/null
refused "403 for one table" 77 'the token lacks the right to read contactos: status 403 "Forbidden"'
control sql "sql=UPDATE fs.resource SET allowed = true WHERE name = 'contactos'" >/dev/null
control sql "sql=UPDATE fs.resource SET allowed = false WHERE name = 'clientes'" >/dev/null
refused "403 for the clients, which are always read" 77 'the token lacks the right to read clientes: status 403 "Forbidden"'
control sql "sql=UPDATE fs.resource SET allowed = name <> 'lineapresupuestoclientes' WHERE name IN ('clientes', 'presupuestoclientes', 'lineapresupuestoclientes')" >/dev/null
erp 'sweep_days = 30; start = "2026-01-01"; expected = ("quotes");'
pull
expect "no quote, no question for lines" 0 "$code"
fs presupuestoclientes "$(control sql "sql=SELECT (doc - 'idfactura' - 'pagada' - 'vencida' - 'idfacturarect' - 'codigorect' || '{\"idpresupuesto\":1,\"codigo\":\"PRE1\",\"editable\":true,\"finoferta\":null}')::text AS t FROM fs.row WHERE resource = 'facturaclientes' AND id = '2'" | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["t"])')"
refused "403 for the lines of quotes" 77 'the token lacks the right to read lineapresupuestoclientes: status 403 "Forbidden"'
control sql "sql=DELETE FROM fs.row WHERE resource = 'presupuestoclientes'" >/dev/null
control sql "sql=UPDATE fs.resource SET allowed = true WHERE name = 'lineapresupuestoclientes'" >/dev/null
erp 'sweep_days = 30; start = "2026-01-01";'
pull
whole=$(digest)
control sql "sql=UPDATE fs.row SET doc = jsonb_set(doc, '{fecha}', '\"31-02-2026\"') WHERE resource = 'facturaclientes' AND id = '119'" >/dev/null
refused "a day that no calendar has" 12 'invoice 119: "fecha": the calendar has no "31-02-2026'
control sql "sql=UPDATE fs.row SET doc = jsonb_set(doc, '{fecha}', '\"2026-11-01\"') WHERE resource = 'facturaclientes' AND id = '119'" >/dev/null
pull --full
expect "the other order of a date is the same day" "0: 2026-11-01" "$code: $(sql "SELECT effective_at::date FROM ctok.document WHERE external_id = '119'")"

# A bad token is sent once, although two sources would; a ban is waited for, also by later runs.
echo wrong >"$dir/wrong.token"; chmod 600 "$dir/wrong.token"
token=wrong.token erp 'start = "2026-01-01"; }, { name = "erp2"; kind = "facturascripts"; role = "invoice"; url = "'"$url"'"; token = "file:'"$dir"'/wrong.token";
	ca_file = "'"$dir"'/sandbox/ca.pem"; allow_private = ("127.0.0.1", "localhost");'
before=$(asked)
run ctok-pull-sales
expect "a bad token is sent once in a run, whatever sources use it" "77 1" "$code $(($(asked) - before))"
expect "and what to do is said" 1 "$(grep -c 'Put the key of an API user where token points' "$dir/out")"
for i in 1 2 3 4 5; do code_of api/3/clientes wrong >/dev/null; done
erp 'sweep_days = 30; start = "2026-01-01";'
pull
expect "a ban ends the pull" "69 1" "$code $(grep -c 'with status 429: it shuts us out for a while, and is not asked again before' "$dir/out")"
before=$(asked)
pull
expect "and the next run does not ask, and says until when" "69 0 1" "$code $(($(asked) - before)) $(grep -c 'requests to "https://localhost:[0-9]*/api/3" are held until 20' "$dir/out")"
run ctok-pull-moodle
expect "a Moodle on the same host is asked meanwhile, and answers" 1 "$(grep -c "there is no report 2" "$dir/out")"
control reset >/dev/null
open_breaker

# Drafts, where they are wanted; the client's address where the billing contact has none, and nobody's where neither has one.
fs contactos '{"idcontacto":7,"codcliente":"2","email":"","nombre":"Sin correo"}'
fs clientes '{"codcliente":"3","email":"","nombre":"Nadie","idcontactofact":7}'
invoice 3000 F2026A50 42 '"editable":true,"idcontactofact":7'
line 3000 3000 CURSO-WELD 1 42
receipt 3000 3000 42 true
payment 3000 3000 42 16:30:00
invoice 3001 F2026A51 43 '"idcontactofact":7'
invoice 3002 F2026A52 44 '"idcontactofact":7,"codcliente":"3"'
invoice 3003 F2026A53 45 '"idcontactofact":null'
pull
expect "a draft is not taken; an address is the contact's, else the client's, else nobody's" "0: F2026A51 invoice unpaid EUR 4300 paid 0 back 0 other 4300 admin@norte.example
F2026A52 invoice unpaid EUR 4400 paid 0 back 0 other 4400 
F2026A53 invoice unpaid EUR 4500 paid 0 back 0 other 4500 admin@norte.example" "$code: $(documents '300.')"
erp 'sweep_days = 30; start = "2026-01-01"; drafts = true;'
pull
draft='F2026A50 invoice paid EUR 4200 paid 4200 back 0 other 0 admin@norte.example
F2026A50 charge payment 3000 4200 11-20 15:30:00
F2026A50 3000.1 4200 NO_RULE'
expect "it is, where drafts are wanted" "0: $draft" "$code: $(documents 3000; movements 3000; units 3000)"
pull
expect "once" "0: 0" "$code: $(pulls | cut -d' ' -f3)"
fs facturaclientes '{"idfactura":3000,"editable":false}'
pull
expect "issued, it is the same sale" "0: 1: $draft" "$code: $(pulls | cut -d' ' -f3): $(documents 3000; movements 3000; units 3000)"
invoice 3004 F2026A54 46 '"editable":true,"idcontactofact":7'
pull
erp 'sweep_days = 30; start = "2026-01-01";'
pull --full
expect "a draft that is wanted no more is no finding" "0: DOCUMENT_GONE F2026S1 13976 missing since 2026-12-21" "$code: $(findings GONE)"

# A restored backup.
control sql "sql=DELETE FROM fs.row WHERE resource = 'facturaclientes' AND id::bigint > 2020" >/dev/null
pull
expect "a database that was set back is refused" "77 1 1" "$code $(grep -c 'the database was set back: invoice "F2026A53" (id 3003), which was issued, is not there' "$dir/out") $(grep -c 'HINT: .*--reset' "$dir/out")"
pull --full
expect "even for a full reading" 77 "$code"
run ctok-pull-sales --reset
expect "reset needs its source" 64 "$code"
pull --reset
expect "until somebody says that it is in order" "0: t" "$code: $(pulls | cut -d' ' -f1)"
fs empresas '{"idempresa":1,"cifnif":"B99999999"}'
pull
expect "another company under the same number is another database" "77 1" "$code $(grep -c 'this is another database than before: company 1 is missing or has another tax number' "$dir/out")"
no_secrets
finish
