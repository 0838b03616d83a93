#!/bin/bash
# FacturaScripts through whole programs: the recorded answers with the movements that the contract makes of them, what changes between pulls,
# and everything that must not pass for a whole reading.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
fixtures=tests/fixtures/facturascripts
erp() { # erp SETTINGS: a source of that site
	more_sources=", { name = \"erp\"; kind = \"facturascripts\"; role = \"invoice\"; url = \"$url\"; token = \"file:$dir/${token:-sandbox/fs.token}\";
	ca_file = \"$dir/sandbox/ca.pem\"; allow_private = (\"127.0.0.1\", \"localhost\"); $1 }"
	write_conf
}
rules='{ source = "shop"; match = "sku:BLS"; site = "campus"; courses = ("ACLS"); }'
echo "products = ( $rules );" >"$dir/rules.conf"
start --seed empty
hold_db() { hold; }
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
finish
