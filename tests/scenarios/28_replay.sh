#!/bin/bash
# What is stored is read once more: where it is, by the same settings and by others, and into an empty ledger, version by version; asking nobody.
# Cut off in the middle, repeated, erased, damaged.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
start --seed contract --now 2026-11-20T09:41:24Z
mkdir "$dir/in"
here="ca_file = \"$dir/sandbox/ca.pem\"; allow_private = (\"127.0.0.1\", \"localhost\");"
source_() { # source_ NAME KIND ROLE SETTINGS: as a source, and as another one of the same settings
	local name
	for name in "$1" "$1-copy" $([ "$1" != files ] || echo files-again); do
		echo ", { name = \"$name\"; $([ "$name" = "$1" ] || echo closed = true\;) kind = \"$2\"; role = \"$3\"; $4 }"
	done
}
settings() { # settings [of the shop [of woo]]
	more_sources=$(source_ web squarespace sale "url = \"$url\"; api_key = \"file:$dir/sandbox/shop.key\"; transactions = true; $here ${1:-}"
		source_ woo woocommerce sale "url = \"$url/\"; api_key = \"file:$dir/sandbox/woo.key\"; $here learner_name_labels = (\"Alumno.name\", \"_billing_alumno\");
			learner_email_labels = (\"Learner email\", \"Alumno.email\", \"_billing_alumno_email\"); reference_labels = (\"purchase_order\"); ${2:-}"
		source_ erp facturascripts invoice "url = \"$url\"; token = \"file:$dir/sandbox/fs.token\"; start = \"2026-01-01\"; learner_from = \"delivery_contact\"; $here"
		source_ pay stripe sale "url = \"$url\"; api_key = \"file:$dir/sandbox/stripe.key\"; start = \"2026-10-01\"; $here
			learner_email_labels = (\"Learner e-mail\", \"learner_email\"); learner_name_labels = (\"Learner name\");"
		source_ files csv sale "folder = \"$dir/in\"; preset = \"squarespace\"; max_age = \"P8D\";")
	write_conf
}
echo 'products = ( { source = "web"; match = "sku:*"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; },
	{ source = "web-copy"; match = "sku:*"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; },
	{ source = "woo"; match = "sku:MATH-1"; site = "campus"; courses = ("ACLS"); }, { source = "woo-copy"; match = "sku:MATH-1"; site = "campus"; courses = ("ACLS"); },
	{ source = "erp"; match = "sku:*"; site = "campus"; courses = ("ACLS"); }, { source = "erp-copy"; match = "sku:*"; site = "campus"; courses = ("ACLS"); },
	{ source = "pay"; match = "product:prod_weld"; site = "campus"; courses = ("ACLS"); }, { source = "pay-copy"; match = "product:prod_weld"; site = "campus"; courses = ("ACLS"); },
	{ source = "files"; match = "sku:MATH-*"; site = "campus"; courses = ("CPR-2Y"); }, { source = "files-copy"; match = "sku:MATH-*"; site = "campus"; courses = ("CPR-2Y"); } );' >"$dir/rules.conf"
settings
hold

# Five shops with all that their contracts show; then a second night, in which much changes, and a third, in which some is as it was on the first.
put() { # put FIXTURE LIST CONTROL
	python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); [print(json.dumps(x)) for x in d.get(sys.argv[2], [d])]' "tests/fixtures/squarespace/$1" "$2" |
		while read -r doc; do control "$3" "doc=$doc" >/dev/null; done
}
put numeric-money.json result order
put transactions.json documents document
for kind in orders old-shape odd; do control woo "orders@tests/fixtures/woocommerce/$kind.json" >/dev/null; done
for id in 1043 1044 6002 7005 7007; do control woo "order=$id" "refunds@tests/fixtures/woocommerce/refunds-$id.json" >/dev/null; done
for table in facturaclientes lineafacturaclientes reciboclientes pagoclientes clientes contactos empresas; do
	control fs "resource=$table" "rows@tests/fixtures/facturascripts/$table-list.json" >/dev/null
done
stripe() { control stripe "kind=$1" "objects=$2" >/dev/null; }
for kind in invoices subscriptions charges refunds disputes credit_notes checkout/sessions checkout/sessions/cs_{shop,later,free}/line_items customers events; do
	stripe "$kind" "$(python3 tests/support/stripe.py world "$kind")"
done
head="Order ID,Email,Financial Status,Currency,Shipping,Taxes,Amount Refunded,Total,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Cancelled at"
row() { echo "$1,$2,$3,EUR,0.00,0.00,$4,99.00,0.00,2026-11-18 10:00:00 +0000,1,Course,99.00,$5,$6,"; } # row ID EMAIL STATUS REFUNDED SKU NAME
file() { # file NAME, the rows on standard input
	{ echo "$head"; cat; } >"$dir/in/$1"
	touch -d '10 minutes ago' "$dir/in/$1"
}
pull() { run ctok-pull-sales "$@"; echo "$code"; }
{ row 1 ana@example.test PAID 0.00 MATH-1 'Ana Díaz'; row 2 bo@example.test PENDING 0.00 MATH-1 Bo; } | file 1.csv
row 2 bo@example.test PAID 0.00 MATH-1 Bo | file 2.csv
expect "a first night" 0 "$(pull)"
change() { # change TABLE ID MOMENT MEMBERS
	control sql "sql=UPDATE shop.$1 SET doc = (doc::jsonb || jsonb_build_object('modifiedOn', '$3') || '$4')::text, modified_on = '$3' WHERE id = '$2'" >/dev/null
}
first=$(control sql "sql=SELECT min(id) AS id FROM shop.orders" | grep -o '[0-9a-f]\{24\}' | head -1)
next() { # next DAY STATUS WOO-STATUS REFUNDED: a night on which some order is so
	now=$1T12:00:00Z settings
	control clock "now=$1T09:00:00Z" >/dev/null
	change orders "$first" "$1T08:00:00Z" "{\"fulfillmentStatus\": \"$2\"}"
	control sql "sql=SELECT woo.edit(1042, '$1 08:00', '{\"status\": \"$3\"}')" >/dev/null
	row 1 ana@example.test PAID "$4" MATH-1 'Ana Díaz' | file "$1.csv"
	pull
}
control fs "resource=pagoclientes" 'rows=[{"idpago":90,"idrecibo":5,"importe":50,"fecha":"20-11-2026","hora":"11:00:00","codpago":"TRANS"}]' >/dev/null
stripe refunds '{"id":"re_wait","status":"succeeded","balance_transaction":"txn_wait"}'
expect "a second night" 0 "$(next 2026-11-21 CANCELED cancelled 10.00)"
expect "a third, on which some is as it was" 0 "$(next 2026-11-22 PENDING processing 0.00)"
expect "in each shop something changed, there and back again where it can" "erp 2 files 3 pay 1 web 3 woo 3" "$(sql "SELECT string_agg(concat_ws(' ', name, n), ' ' ORDER BY name) FROM
	(SELECT s.name, max(d.version) AS n FROM ctok.document d JOIN ctok.source s USING (tenant_id, source_id) WHERE s.name !~ 'copy|shop' GROUP BY 1) x")"

# facts SOURCE: all that its ledger says, without ids of ours and without when we learnt it.
facts() {
	sql "WITH source AS (SELECT source_id FROM ctok.source WHERE name = '$1'), d AS (SELECT * FROM ctok.document WHERE source_id = (SELECT source_id FROM source)), ours AS (SELECT string_to_array(
			'tenant_id,source_id,document_id,note_id,known_at,changed_at,buyer_contact_id,run_id,merge_no,product_id,learner_contact_id,unit_id,movement_id,settlement_id,payout_id,entry_id', ',') AS ids)
		SELECT 'document', d.external_id, concat_ws('|', to_jsonb(d) - ids, c.email, c.name) FROM ours, d LEFT JOIN ctok.contact c ON c.contact_id = d.buyer_contact_id
		UNION ALL SELECT 'version', d.external_id, (to_jsonb(t) - ids)::text FROM ours, ctok.document_version t JOIN d USING (document_id)
		UNION ALL SELECT 'line', d.external_id, concat_ws('|', to_jsonb(t) - ids, p.product_key, p.variant_key, p.sku, p.name, c.email, c.name)
			FROM ours, ctok.line t JOIN d USING (document_id) JOIN ctok.product p ON p.product_id = t.product_id LEFT JOIN ctok.contact c ON c.contact_id = t.learner_contact_id
		UNION ALL SELECT 'unit', d.external_id, concat_ws('|', t.line_no, t.unit_no, t.net_minor, t.gone, v.verdict, v.revoked_at, v.revoked_why, v.learner_email, v.sold_at, v.rule_id IS NULL)
			FROM ctok.unit t JOIN d USING (document_id) JOIN rule.unit_verdict v ON v.unit_id = t.unit_id
		UNION ALL SELECT 'movement', d.external_id, concat_ws('|', to_jsonb(t) - ids, u.line_no, u.unit_no) FROM ours, ctok.movement t JOIN d USING (document_id) LEFT JOIN ctok.unit u ON u.unit_id = t.unit_id
		UNION ALL SELECT 'reference', d.external_id, concat_ws('|', t.name, t.value) FROM ctok.document_reference t JOIN d USING (document_id)
		UNION ALL SELECT 'settlement', d.external_id, (to_jsonb(t) - ids)::text FROM ours, ctok.settlement t LEFT JOIN d USING (document_id) WHERE t.source_id = (SELECT source_id FROM source)
		UNION ALL SELECT 'subscription', '', (to_jsonb(t) - ids)::text FROM ours, ctok.subscription t WHERE t.source_id = (SELECT source_id FROM source)
		UNION ALL SELECT 'payout', '', (to_jsonb(t) - ids)::text FROM ours, ctok.payout t WHERE t.source_id = (SELECT source_id FROM source)
		UNION ALL SELECT 'entry', '', (to_jsonb(t) - ids)::text FROM ours, ctok.payout_entry t WHERE t.source_id = (SELECT source_id FROM source)
		ORDER BY 1, 2, 3"
}
replay() { admin replay "$@"; }
said() { head -1 "$dir/out"; }
changed() { grep -o '[0-9]* changed' "$dir/out"; }
everything() { sql "SELECT md5(string_agg(x, ' ' ORDER BY x)) FROM (SELECT t::text AS x FROM ctok.document t UNION ALL SELECT t::text FROM ctok.document_version t UNION ALL SELECT t::text FROM ctok.movement t
	UNION ALL SELECT t::text FROM ctok.line t UNION ALL SELECT t::text FROM ctok.unit t UNION ALL SELECT t::text FROM ctok.settlement t UNION ALL SELECT t::text FROM ctok.source_state t UNION ALL SELECT t::text FROM ctok.pull t) y"; }

# As an older release kept them: the document alone, and nothing of what was asked besides. A reading in full makes up for it, and no document is another.
hashes() { sql "SELECT md5(string_agg(concat_ws(' ', v.document_id, v.version, v.payload_hash, v.content_hash), ' ' ORDER BY v.document_id, v.version)) FROM ctok.document_version v
	JOIN ctok.document d USING (document_id) JOIN ctok.source s USING (source_id) WHERE s.name IN ('woo', 'erp', 'pay') AND v.version = d.version"; }
before=$(hashes)
sql "UPDATE ctok.document_version v SET payload_hash = v.content_hash, content_hash = NULL FROM ctok.document d, ctok.source s WHERE d.document_id = v.document_id AND s.source_id = d.source_id
	AND (s.name IN ('erp', 'pay') OR s.name = 'woo' AND d.kind = 'credit_note') AND v.version = d.version AND v.content_hash IS NOT NULL"
expect "they hold less now" yes "$([ "$before" != "$(hashes)" ] && echo yes)"
expect "read in full" 0 "$(pull --full)"
expect "nothing changed" "erp 0, pay 0, woo 0" "$(sql "SELECT string_agg(s.name || ' ' || p.changed, ', ' ORDER BY s.name) FROM ctok.pull p JOIN ctok.source s USING (source_id)
	WHERE p.run_id = (SELECT max(run_id) FROM ctok.pull) AND s.name IN ('woo', 'erp', 'pay')")"
expect "and all is kept again" "$before" "$(hashes)"

# Nothing is asked from here on.
control counters >"$dir/counters"
before=$(everything)
now=2026-11-22T18:00:00Z settings
for s in web woo erp pay files; do
	replay $s
	expect "$s: by the same settings nothing changes" "0 0 changed" "$code $(changed)"
done
expect "not a row is another one" "$before" "$(everything)"
for s in web woo erp pay files; do
	replay $s --into $s-copy
	expect "$s: into an empty ledger" 0 "$code"
	facts $s >"$dir/a"
	facts $s-copy >"$dir/b"
	expect "$s: it is what it was: documents, versions, lines, units and what becomes of them, money and its moments" "" "$(diff "$dir/a" "$dir/b" | head -5)"
done
expect "something was compared" yes "$([ "$(wc -l <"$dir/a")" -gt 8 ] && echo yes)"
expect "all of it was learnt now" 1 "$(sql "SELECT count(DISTINCT m.known_at) FROM ctok.movement m JOIN ctok.document d USING (tenant_id, document_id) JOIN ctok.source s USING (source_id) WHERE s.name ~ 'copy' GROUP BY s.name" | sort -u)"
expect "nothing says that a source was read" "" "$(sql "SELECT s.name FROM ctok.source s WHERE s.name ~ 'copy' AND (EXISTS (SELECT 1 FROM ctok.pull p WHERE p.source_id = s.source_id) OR EXISTS (SELECT 1 FROM ctok.source_state t WHERE t.source_id = s.source_id))")"
before=$(everything)
replay woo --into woo-copy
expect "not into one that holds something" '77 the ledger of source "woo-copy" is not empty' "$code $(said | sed 's/.*error: //')"
replay woo --into web-copy
expect "nor into another kind" '64 source "woo" is of kind "woocommerce", and "web-copy" of kind "squarespace"' "$code $(said | sed 's/.*error: //')"
replay nosuch
expect "a source that is not there" "64 there is no source \"nosuch\" in \"$dir/ctok-batch.conf\"" "$code $(said | sed 's/.*error: //')"

# Other settings.
settings '' 'statuses = { paid = ("completed"); unpaid = ("pending", "on-hold", "failed", "processing"); };'
replay woo --dry-run
expect "what other settings would change is shown, and not done" "0 $before" "$code $(everything)"
some=$(changed)
replay woo
expect "by other settings what they change is a new version" "0 $some 1042 unpaid 4" "$code $(changed) $(sql "SELECT d.number, d.status, d.version FROM ctok.document d
	JOIN ctok.source s USING (source_id) WHERE s.name = 'woo' AND d.number = '1042'" | tr '\t' ' ')"
replay woo
expect "once" "0 0 changed" "$code $(changed)"
expect "the books tie" 0 "$(sql "SELECT count(*) FROM rule.control_now WHERE control LIKE 'MONEY%' AND expected <> actual")"
settings
replay woo
expect "and back" "0 $some paid" "$code $(changed) $(sql "SELECT d.status FROM ctok.document d JOIN ctok.source s USING (source_id) WHERE s.name = 'woo' AND d.number = '1042'")"

# What cannot be read is named. Where it is, the others go on; into another ledger nothing goes without it.
version_of() { echo "(SELECT v.payload_hash FROM ctok.document_version v JOIN ctok.document d USING (document_id) JOIN ctok.source s USING (source_id)
	WHERE s.name = '$1' AND d.number = '$2' AND v.version = $3)"; }
sql "UPDATE ctok.payload SET sealed = set_byte(sealed, 60, 255 - get_byte(sealed, 60)) WHERE payload_hash = $(version_of files 1 2)"
replay files
expect "an old version that is damaged is none's loss where it is" "0 0 changed" "$code $(changed)"
replay files --into files-again
expect "it is named, and nothing goes into another ledger" '65 1 of 5 stored documents cannot be read: nothing goes into the ledger of source "files-again"' "$code $(grep -o 'error: .*' "$dir/out" | cut -c8-)"
expect "which one and why" 1 "$(grep -c 'warn: what is stored of it is damaged: cannot open a sealed text.* document=1$' "$dir/out")"
expect "nothing is half there" 0 "$(sql "SELECT count(*) FROM ctok.document d JOIN ctok.source s USING (source_id) WHERE s.name = 'files-again'")"
sql "DELETE FROM ctok.payload WHERE payload_hash = $(version_of files 2 2)"
before=$(everything)
replay files
expect "a newest version that was erased stays as it is" "65 0 changed $before" "$code $(changed) $(everything)"
expect "and is named" 1 "$(grep -c 'warn: what was stored of it was erased document=2$' "$dir/out")"
expect "nobody was asked" "" "$(control counters | diff "$dir/counters" - | head -3)"
finish
