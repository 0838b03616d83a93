#!/bin/bash
# WooCommerce through whole programs: the samples with the movements that the contract makes of them, what changes between pulls, and everything
# that must not pass for a whole reading.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
fixtures=tests/fixtures/woocommerce
woo() { # woo SETTINGS: a source of that shop
	more_sources=", { name = \"woo\"; kind = \"woocommerce\"; role = \"sale\"; url = \"$url/\"; api_key = \"file:$dir/${key:-sandbox/woo.key}\";
	ca_file = \"$dir/sandbox/ca.pem\"; allow_private = (\"127.0.0.1\", \"localhost\"); learner_name_labels = (\"Alumno.name\", \"_billing_alumno\");
	learner_email_labels = (\"Learner email\", \"Alumno.email\", \"_billing_alumno_email\"); reference_labels = (\"purchase_order\"); $1 }"
	write_conf
}
echo 'products = ( { source = "woo"; match = "sku:MATH-1"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; } );' >"$dir/rules.conf"
start --seed contract --now 2026-11-20T09:41:24Z
control sql "sql=DELETE FROM shop.orders" >/dev/null
orders() { control woo "orders@$fixtures/$1" >/dev/null; }
refunds() { control woo "order=$1" "refunds@$fixtures/refunds-$1.json" >/dev/null; }
edit() { control sql "sql=SELECT woo.edit($1, '$2', '$3')" >/dev/null; }
pull() { run ctok-pull-sales --source woo "$@"; }
pulls() { sql "SELECT concat_ws(' ', complete, documents, changed) FROM ctok.pull ORDER BY pull_id DESC LIMIT 1"; }
why() { grep -ho 'could not read source.*' "$dir/out" | head -1 | sed 's/^could not read source "woo": //'; }
asked() { control counters | grep -o "\"woo.$1\":{\"requests\":[0-9]*" | grep -o '[0-9]*$'; }
get() { curl -s -g -o "$dir/answer" -w '%{http_code} %header{x-wp-total} %header{x-wp-totalpages} ' --cacert "$dir/sandbox/ca.pem" -u "${2-$(cat "$dir/sandbox/woo.key")}" "$url/$1"; cat "$dir/answer"; }
orders orders.json
orders old-shape.json
orders odd.json
for id in 1043 1044 6002 7005 7007; do refunds $id; done

# The sandbox answers as the shop does.
list=wp-json/wc/v3/orders
same() { python3 -c 'import json, sys; a, b = (json.load(open(f)) for f in sys.argv[1:]); print("same" if a == b else "other")' "$1" "$2"; }
get "$list?per_page=100&order=asc&orderby=id&after=2026-09-01T00:00:00" >/dev/null
expect "the sandbox lists orders as they were sent" same "$(same "$dir/answer" $fixtures/odd.json)"
get "$list/1043/refunds" >/dev/null
expect "and refunds" same "$(same "$dir/answer" $fixtures/refunds-1043.json)"
expect "ten at most unless asked for more, and no more than there are" "200 15 2 10, 200 15 2 5, 200 15 1 0" "$(for q in '' '?page=2' '?per_page=100&page=2'; do
	get "$list$q" | head -1 | cut -d' ' -f1-3 | tr '\n' ' '; python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))))' "$dir/answer"; done | paste -sd, | sed 's/,/, /g')"
expect "101 a page are refused" '400   {"code":"rest_invalid_param","message":"Invalid parameter(s): per_page","data":{"status":400}}' "$(get "$list?per_page=101")"
expect "dates are the site's own unless it is told otherwise" "200 3, 200 2" \
	"$(get "$list?modified_after=2026-09-07T10:30:00" | head -1 | cut -d' ' -f1-2), $(get "$list?modified_after=2026-09-07T10:30:00&dates_are_gmt=true" | head -1 | cut -d' ' -f1-2)"
expect "errors are those of the samples" "401 404 404 401" "$({ get "$list" a:b; get "$list/9"; get wp-json/wc/v3/nosuch; curl -s -w '%{http_code} ' --cacert "$dir/sandbox/ca.pem" "$url/$list"; } | grep -o '"status":[0-9]*' | cut -d: -f2 | tr '\n' ' ' | sed 's/ $//')"

# The samples through the real path. What is to be expected is written from the contract: a charge when it was paid, a refund at its own moment,
# on the seat that it names.
woo ''
hold
documents() {
	sql "SELECT concat_ws(' ', d.number, d.kind, nullif(d.corrects, ''), d.status, d.currency, d.total_minor, 'paid', d.paid_minor, 'back', d.refunded_minor, 'other', d.unallocated_minor)
		FROM ctok.document d WHERE d.external_id ~ '^(${1:-.*})\$' ORDER BY d.external_id::bigint"
}
movements() {
	sql "SELECT concat_ws(' ', d.number, m.kind, m.amount_minor, m.currency, to_char(m.effective_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'),
		(SELECT 'line ' || l.line_key || ' seat ' || u.unit_no FROM ctok.unit u JOIN ctok.line l USING (tenant_id, document_id, line_no) WHERE u.unit_id = m.unit_id))
		FROM ctok.movement m JOIN ctok.document d USING (tenant_id, document_id) WHERE d.external_id ~ '^(${1:-.*})\$' ORDER BY d.external_id::bigint, m.movement_id"
}
pull
expect "everything is read" "0: t 20 20" "$code: $(pulls)"
expect "the documents" "1042 order paid EUR 13068 paid 13068 back 0 other 0
1043 order paid EUR 13068 paid 13068 back 6534 other 0
1044 order paid EUR 13068 paid 13068 back 13068 other 0
1045 order unpaid EUR 13068 paid 0 back 0 other 0
1046 order cancelled EUR 13068 paid 0 back 0 other 0
1043-1050 credit_note 1043 paid EUR -6534 paid -6534 back 0 other 0
1044-1051 credit_note 1044 paid EUR -13068 paid -13068 back 0 other 0
6001 order paid USD 2935 paid 2935 back 0 other 0
6002 order paid USD 3900 paid 3900 back 1900 other 0
6002-6004 credit_note 6002 paid USD -900 paid -900 back 0 other 0
6002-6006 credit_note 6002 paid USD -1000 paid -1000 back 0 other 0
INV/2026-0007 order paid EUR 11501 paid 11501 back 0 other 0
7003 order cancelled JPY 12000 paid 0 back 0 other 0
7004 order cancelled EUR 4033 paid 4033 back 0 other 0
7005 order paid EUR 8067 paid 8067 back 8067 other 0
7006 order unpaid EUR 4033 paid 0 back 0 other 0
7007 order paid EUR 8067 paid 8067 back 4033 other 0
7005-7050 credit_note 7005 paid EUR -8067 paid -8067 back 0 other 0
7007-7070 credit_note 7007 paid EUR -1033 paid -1033 back 0 other 0
7007-7071 credit_note 7007 paid EUR -3000 paid -3000 back 0 other 0" "$(documents)"
expect "the movements" "1042 charge 13068 EUR 2026-08-03 14:05:13
1043 charge 13068 EUR 2026-08-03 14:05:13
1043 refund -6534 EUR 2026-08-05 08:00:00 line 501 seat 2
1044 charge 13068 EUR 2026-08-03 14:05:13
1044 refund -13068 EUR 2026-08-03 14:05:13
6001 charge 2935 USD 2025-03-22 19:28:08
6002 charge 3900 USD 2025-03-21 19:16:00
6002 refund -900 USD 2025-03-21 19:55:37 line 311 seat 1
6002 refund -1000 USD 2025-03-21 20:07:11
INV/2026-0007 charge 11501 EUR 2026-09-01 08:00:04
7004 charge 4033 EUR 2026-09-04 08:01:00
7005 charge 8067 EUR 2026-09-06 08:01:00
7005 refund -8067 EUR 2026-09-07 09:00:00
7007 charge 8067 EUR 2026-09-09 08:00:00
7007 refund -1033 EUR 2026-09-10 09:00:00
7007 refund -3000 EUR 2026-09-11 09:00:00 line 761 seat 1" "$(movements)"
expect "what the units were given back for" "6002 line 311 seat 1, 1043 line 501 seat 2, 1044 line 501 seat 1, 1044 line 501 seat 2, 1046 line 501 seat 1, 1046 line 501 seat 2, 7004 line 731 seat 1, 7005 line 741 seat 1, 7005 line 742 seat 1, 7007 line 761 seat 1" \
	"$(sql "SELECT string_agg(format('%s line %s seat %s', d.number, l.line_key, u.unit_no), ', ' ORDER BY d.document_id, u.line_no, u.unit_no) FROM rule.unit_void v JOIN ctok.unit u USING (tenant_id, unit_id)
		JOIN ctok.document d ON d.document_id = u.document_id JOIN ctok.line l ON l.document_id = u.document_id AND l.line_no = u.line_no WHERE d.currency <> 'JPY'")"
expect "what orders are called elsewhere" "metadata.purchase_order=PO-7781 transaction=ch_A1" \
	"$(sql "SELECT string_agg(r.name || '=' || r.value, ' ' ORDER BY r.name) FROM ctok.document_reference r JOIN ctok.document d USING (tenant_id, document_id) WHERE d.number = '1042'")"
rows_before=$(rows)
pull
expect "again: what is new is read once more, nothing changes" "0: $rows_before" "$code: $(rows)"

# A night ties, and the finding of the refund that says nothing stands alone.
night
expect "the books tie" "0: 0" "$code: $(sql "SELECT count(*) FROM rule.control_now WHERE expected <> actual")"
expect "no totals differ; the refund that names no line of two is told, the goodwill on a line is none" "REFUND_AMBIGUOUS 6002 for which of line 2 seat 1 (20.00 USD)" \
	"$(sql "SELECT string_agg(f.class || ' ' || d.number || ' ' || f.detail, ', ') FROM ctok.finding f JOIN ctok.document d USING (tenant_id, document_id) WHERE f.class IN ('TOTALS_DIFFER', 'REFUND_AMBIGUOUS') AND f.cleared_at IS NULL")"
expect "the learners are those of the line and of the order" "ann@novak.example" \
	"$(sql "SELECT string_agg(DISTINCT c.email, ' ') FROM ctok.line l JOIN ctok.contact c ON c.contact_id = l.learner_contact_id WHERE c.email = 'olu@ade.example'" | sed 's/olu@ade.example/ann@novak.example/')"

# What only looks changed is no new version; what changed is.
later() { now=$1 write_conf; control clock "now=$1" >/dev/null; }
later 2026-11-21T12:00:00Z
versions() { sql "SELECT string_agg(d.number || ' ' || d.version || ' ' || d.status, ', ' ORDER BY d.external_id::bigint) FROM ctok.document d WHERE d.version > 1"; }
edit 1042 '2026-11-20 18:00' '{}'
edit 7006 '2026-11-20 19:00' '{"status": "processing", "date_paid_gmt": "2026-11-20T18:59:58"}'
pull
expect "an order that somebody looked at is the same version; one that was paid is another" "0: 7006 2 paid: 7006 charge 4033 EUR 2026-11-20 18:59:58" \
	"$code: $(versions): $(movements 7006)"
edit 6001 '2026-11-21 08:00' '{"status": "shipped"}'
later 2026-11-21T13:00:00Z
before=$(rows)
pull
expect "a status that nobody knows is refused, with what to do" \
	"12: orders from number 1 on: item 2: order \"6001\" (id 6001): its status \"shipped\" is in no list of \"statuses\": $before: 1" \
	"$code: $(why): $(rows): $(grep -c 'add it to statuses of the source' "$dir/out")"
woo 'statuses = { paid = ("processing", "completed", "shipped"); };'
pull
expect "once it is named it is taken" "0: t" "$code: $(pulls | cut -d' ' -f1)"
woo ''
edit 6001 '2026-11-21 09:00' '{"status": "completed"}'

# Deleted and thrown away.
gone() { sql "SELECT string_agg(number, ' ' ORDER BY external_id::bigint) FROM ctok.document WHERE gone_at IS NOT NULL"; }
edit 7007 '2026-11-21 09:30' '{"status": "trash"}'
control sql "sql=DELETE FROM woo.orders WHERE id = 1044" >/dev/null
later 2026-11-21T14:00:00Z
pull
expect "what lies in the trash is told at once" "0: 7007" "$code: $(gone)"
later 2026-11-28T12:00:00Z
pull
expect "what was deleted, by the weekly sweep, with what corrected it" "0: 1044 1044-1051 7007 7007-7070 7007-7071" "$code: $(gone)"
edit 7007 '2026-11-28 09:30' '{"status": "processing"}'
control woo "orders=$(python3 -c 'import json; print(json.dumps([o for o in json.load(open("'$fixtures'/orders.json")) if o["id"] == 1044]))')" >/dev/null
later 2026-11-28T14:00:00Z
pull --full
expect "what comes back is there again" "0: " "$code: $(gone)"

# Many pages, and a shop in which things happen while it is read.
many() { # many FROM TO MOMENT: orders of that time
	control sql "sql=SELECT woo.put_orders((SELECT json_agg(doc::jsonb || jsonb_build_object('id', n, 'number', n::text, 'date_created_gmt', '$3', 'date_modified_gmt', '$3'))
		FROM woo.orders, generate_series($1, $2) n WHERE id = 6001))" >/dev/null
}
many 10001 10250 2026-11-28T13:00:00
later 2026-11-29T12:00:00Z
control fault kind=sql match=offset=99 'sql=DELETE FROM woo.orders WHERE id IN (10001, 10002, 10003)' >/dev/null
pull
expect "orders deleted during the walk do not hide others" "0: 250" "$code: $(sql "SELECT count(*) FROM ctok.document WHERE external_id::bigint BETWEEN 10001 AND 10250")"
edit 6001 '2026-11-29 13:00' '{}'
later 2026-11-29T14:00:00Z
many 10251 10400 2026-11-29T13:30:00
control fault kind=sql match=offset=99 "sql=SELECT woo.edit(7006, '2026-11-29 13:40', '{\"customer_note\": \"x\"}')" >/dev/null
pull
expect "nor do those that change" "0: 150" "$code: $(sql "SELECT count(*) FROM ctok.document WHERE external_id::bigint BETWEEN 10251 AND 10400")"
pull
expect "and they come with the next reading" "0: 7006 3" "$code: $(versions | grep -o '7006 3')"

# What must not pass for a whole reading.
before=$(sql "SELECT max(watermark)::text || (SELECT count(*) FROM ctok.document_version) FROM ctok.source_state")
refused() { # refused TITLE WHY [fault …]
	[ $# -lt 3 ] || control fault "${@:3}" >/dev/null
	pull
	expect "$1" "${want:-12}: $2" "$code: $(why)"
	control reset >/dev/null
	sql "DELETE FROM ctok.http_breaker" >/dev/null
}
later 2026-11-30T12:00:00Z
edit 7005 '2026-11-30 08:00' '{"customer_note": "news"}'
refused "a page with 200" 'orders from number 1 on: the answer is "text/html", not JSON' kind=html match=status=any
want=77 refused "a page with 403" 'orders from number 1 on: the site shuts us out: status 403, a page and not JSON' kind=status status=403 type=html match=status=any
refused "rows that are missing" 'orders from number 1 on: 99 came where 100 are due: the shop says that there are 152' kind=short n=1 match=status=any count=3
refused "an empty list, when there was something" 'order "7006" is in the shop, but not in its list: others may be missing too' kind=empty match=status=any
control fault kind=shuffle seed=3 match=status=any >/dev/null
pull
expect "items out of order" "12: 1" "$code: $(why | grep -c 'ids do not rise')"
control reset >/dev/null
refused "the refunds of an order, when none are there" 'orders from number 1 on: item 1: order "7005": the order knows refund 7050, which is not in the list of its refunds' \
	kind=empty match=7005/refunds
key=wrong.key
echo ck_x:cs_y >"$dir/wrong.key"
chmod 600 "$dir/wrong.key"
woo ''
want=77 refused "a key that is wrong" 'orders from number 1 on: the shop does not accept the key: status 401 woocommerce_rest_authentication_error "Consumer key is invalid."'
expect "nothing says the key" "" "$(grep -l 'cs_y\|cs_5a4db0c0ffee' -r "$dir/out" "$dir/state/log" | head -1)"
echo nonsense >"$dir/wrong.key"
want=78 refused "a secret that is none" 'secret api_key is not a consumer key and secret with a colon between them'
key=
woo ''
expect "nothing of all that counts" "$before" "$(sql "SELECT max(watermark)::text || (SELECT count(*) FROM ctok.document_version) FROM ctok.source_state")"

# Webhooks only say where to look. They count when the reading counts; what cannot be verified is put aside with the reason.
spool=$dir/spool
mkdir "$spool"
printf woo-secret-1 >"$dir/hook.secret"
chmod 600 "$dir/hook.secret"
hooked="spool = \"$spool\"; spool_secret = \"file:$dir/hook.secret\";"
woo "$hooked"
hook() { # hook FILE TOPIC DELIVERY BODY [SECRET]
	printf 'POST /hook HTTP/1.1\r\nX-WC-Webhook-Topic: %s\r\nX-WC-Webhook-Delivery-ID: %s\r\nX-WC-Webhook-Signature: %s\r\n\r\n%s' "$2" "$3" \
		"$(printf %s "$4" | openssl dgst -sha256 -hmac "${5:-woo-secret-1}" -binary | base64)" "$4" >"$spool/$1"
	touch -d "$now" "$spool/$1"
}
files() { (cd "$spool" && find . -type f | sort | tr '\n' ' '); }
pull
quietly() { control sql "sql=UPDATE woo.orders SET doc = regexp_replace(doc, '(\"customer_note\": *)\"[^\"]*\"', '\\1\"$2\"') WHERE id = $1" >/dev/null; }
version() { sql "SELECT version || ' ' || status FROM ctok.document WHERE external_id = '$1'"; }
quietly 7004 'changed without a word'
pull
expect "what the shop does not list as changed is not seen" "0: 1 cancelled" "$code: $(version 7004)"
hook 1.http order.updated d1 '{"id":7004,"status":"completed","total":"0.00"}'
hook 2.http order.updated d1 '{"id":7003,"status":"completed"}'
hook 3.http order.updated d3 '{"id":7003,"status":"completed"}' another-secret
hook 4.http customer.updated d4 '{"id":26}'
echo nonsense >"$spool/5.http"
printf 'Content-Type: application/x-www-form-urlencoded\r\n\r\nwebhook_id=5' >"$spool/6.http"
touch -d "$now" "$spool"/*
cp -p "$spool/1.http" "$dir/kept.http"
control fault kind=html match=status=any >/dev/null
pull
expect "while the shop cannot be read they wait" "12: 1 cancelled: ./1.http ./6.http" "$code: $(version 7004): $(files | tr ' ' '\n' | grep -v rejected | paste -sd' ')"
expect "what cannot be verified lies aside with the reason" '2.http was not taken: it was delivered before, in another file
3.http was not taken: its signature is not that of the secret
4.http was not taken: its event "customer.updated" is not among those that are wanted
5.http was not taken: no empty line parts headers from a body' "$(cat "$spool"/rejected/*.why.txt)"
expect "and the log says so once" 1 "$(grep -c '4 webhooks could not be taken, "3.http": its signature is not that of the secret; see rejected/' "$dir/out")"
pull
expect "then the order is looked at: as it is in the shop, not as the webhook says" "0: 2 cancelled: " "$code: $(version 7004): $(files | tr ' ' '\n' | grep -v rejected | paste -sd' ')"
cp -p "$dir/kept.http" "$spool/1.http"
pull
expect "a file that was left over is no replay" "0: 8" "$code: $(files | wc -w)"
cp -p "$dir/kept.http" "$spool/7.http"
hook 8.http order.deleted d8 '{"id":7004}'
control sql "sql=DELETE FROM woo.orders WHERE id = 7004" >/dev/null
pull
expect "one under another name is; a deleted order is told at once" "0: 7004: ./rejected/7.http" "$code: $(gone): $(files | tr ' ' '\n' | grep '7.http$')"
rm -r "$spool"
pull
expect "a folder that is not there does not hold the shop back" "78: t: 1" "$code: $(pulls | cut -d' ' -f1): $(grep -c 'could not read the webhooks of source "woo": could not read folder' "$dir/out")"
woo ''

# An order that waits for its payment: as the settings want it, expected and no revenue. Once money has moved, it is a sale whatever its status.
expected() { sql "SELECT concat_ws(' ', x.kind, x.number, trim_scale(x.quantity), x.net_minor) FROM rule.expected_line x WHERE x.number = '1045'"; }
revenue() { sql "SELECT count(*) FROM rule.document_revenue WHERE number = '1045'"; }
expect "as long as they say nothing it is a sale that is not paid" ": 1" "$(expected): $(revenue)"
woo 'statuses = { expected = ("pending", "on-hold"); };'
pull --full
expect "then it is expected" "0: unpaid 1045 2 13068: 0" "$code: $(expected): $(revenue)"
edit 1045 '2026-11-30 11:50' '{"status": "processing", "date_paid_gmt": "2026-11-30T11:49:58"}'
pull
expect "paid, it is a sale" "0: : 1" "$code: $(expected): $(revenue)"
edit 1045 '2026-11-30 11:55' '{"status": "on-hold"}'
pull
expect "and stays one when its payment is taken back" "0: : 1: unpaid" "$code: $(expected): $(revenue): $(sql "SELECT status FROM ctok.document WHERE number = '1045'")"
expect "the books tie" "" "$(sql "SELECT string_agg(control, ' ') FROM rule.control_now WHERE expected <> actual AND control LIKE 'MONEY%'")"
woo ''

# Hosts of other kinds.
control set strip_authorization=1 >/dev/null
pull
expect "a host that drops the header is told by what the shop says" \
	'77: orders from number 1 on: the shop does not let the key read orders: status 401 woocommerce_rest_cannot_view "Sorry, you cannot list resources.": 1' \
	"$code: $(why): $(grep -c 'set key_in_query = true' "$dir/out")"
woo 'key_in_query = true; plain_permalinks = true;'
sed -i '1i log_level = "debug";' "$dir/ctok-batch.conf"
pull
expect "then the key goes in the query, with plain permalinks too" "0: t" "$code: $(pulls | cut -d' ' -f1)"
expect "and no log says it" "" "$(grep -l 'cs_5a4db0c0ffee' -r "$dir/out" "$dir/state/log" | head -1)"
control set strip_authorization=0 old_woocommerce=1 >/dev/null
later 2026-11-30T13:00:00Z
many 10401 10402 2026-11-30T12:30:00
pull
expect "a shop that knows no times of change gives everything, and nothing is missed" "0: 2" "$code: $(sql "SELECT count(*) FROM ctok.document WHERE external_id::bigint > 10400")"
control sql "sql=DELETE FROM woo.orders WHERE id > 6999 OR id = 1045" >/dev/null
many 1 3 2026-11-30T12:50:00
pull
expect "a shop that was set back is refused" 1 "$(why | grep -c 'none of the newest orders read before is in the shop any more')"
no_secrets
finish
