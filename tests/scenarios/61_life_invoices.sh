#!/bin/bash
# The life of accesses that an invoicing system sells: nights of one small company, each learner a story. What is paid gives access, what is unpaid again
# takes it after its grace, what is only asked for gives none, and what nobody can know waits for a person.
now=2026-11-20T04:30:00Z
. "$(dirname "$0")/lib.sh"
echo 'products = ( { source = "erp"; match = "sku:CPR"; site = "campus"; courses = ("CPR-2Y"); term = "P30D"; grace_days = 2; notice_days = 1; },
             { source = "erp"; match = "sku:MATH"; site = "campus"; courses = ("MATH-101"); term = "P30D"; grace_days = 2; notice_days = 1; } );' >"$dir/rules.conf"
start --seed contract --now 2026-11-20T04:25:00Z
erp() { # erp SETTINGS
	more_sources=", { name = \"erp\"; kind = \"facturascripts\"; role = \"invoice\"; url = \"$url\"; token = \"file:$dir/sandbox/fs.token\"; sweep_days = 30;
	start = \"2026-01-01\"; ca_file = \"$dir/sandbox/ca.pem\"; allow_private = (\"127.0.0.1\", \"localhost\"); expected = (\"quotes\", \"orders\"); $1 }"
	write_conf
}
fs() { control fs "resource=$1" "rows=$2" >/dev/null; }
gone() { control sql "sql=DELETE FROM fs.row WHERE resource = '$1' AND id = '$2'" >/dev/null; }

# client ID WHO; invoice ID CLIENT SKU QUANTITY PRICE DAY [MORE]: issued and unpaid; pay ID NUMBER DAY TIME, unpay …: its receipt, and the payment.
client() {
	fs clientes "{\"codcliente\":\"$1\",\"nombre\":\"$2 Test\",\"email\":\"$2@example.test\",\"debaja\":false,\"fechabaja\":null,\"idcontactofact\":$1}"
	fs contactos "{\"idcontacto\":$1,\"codcliente\":\"$1\",\"nombre\":\"$2\",\"apellidos\":\"Test\",\"email\":\"$2@example.test\",\"empresa\":\"\"}"
}
head_of() { # head_of KEY ID CODE CLIENT TOTAL DAY
	printf '{"%s":%s,"codigo":"%s","idempresa":1,"codcliente":"%s","nombrecliente":"%s","cifnif":"","idcontactofact":%s,"idcontactoenv":null,"fecha":"%s-11-2026",
	"hora":"09:00:00","coddivisa":"EUR","total":%s,"neto":%s,"netosindto":%s,"totaliva":0,"totalrecargo":0,"totalirpf":0,"totalsuplidos":0,"dtopor1":0,"dtopor2":0,
	"observaciones":null,"numero2":null' "$1" "$2" "$3" "$4" "Client $4" "$4" "$6" "$5" "$5" "$5"
}
line_of() { # line_of KEY OWNER ID SKU QUANTITY TOTAL
	printf '{"idlinea":%s,"%s":%s,"idproducto":1,"referencia":"%s","descripcion":"Course %s","cantidad":%s,"pvpunitario":%s,"pvptotal":%s,"iva":0,"recargo":0,"irpf":0,
	"suplido":false,"servido":0' "$3" "$1" "$2" "$4" "$4" "$5" "${6#-}" "$6"
}
invoice() {
	local total=$(($4 * $5))
	fs facturaclientes "$(head_of idfactura "$1" "F$1" "$2" "$total" "$6"),\"editable\":false,\"pagada\":false,\"idfacturarect\":null ${7:-}}"
	fs lineafacturaclientes "$(line_of idfactura "$1" "$1" "$3" "$4" "$total"),\"idlinearect\":null}"
	fs reciboclientes "{\"idrecibo\":$1,\"idfactura\":$1,\"numero\":1,\"importe\":$total,\"pagado\":false,\"fechapago\":null,\"vencido\":false,\"vencimiento\":\"$6-12-2026\"}"
}
note() { # note ID ORIGINAL CLIENT SKU QUANTITY PRICE DAY: a credit note of so many of the original's line, paid back
	local total=$(($5 * $6))
	fs facturaclientes "$(head_of idfactura "$1" "R$1" "$3" "-$total" "$7"),\"editable\":false,\"pagada\":false,\"idfacturarect\":$2}"
	fs lineafacturaclientes "$(line_of idfactura "$1" "$1" "$4" "-$5" "-$total"),\"idlinearect\":$2}"
	fs reciboclientes "{\"idrecibo\":$1,\"idfactura\":$1,\"numero\":1,\"importe\":-$total,\"pagado\":true,\"fechapago\":\"$7-11-2026\",\"vencido\":false,\"vencimiento\":\"$7-11-2026\"}"
	fs pagoclientes "{\"idpago\":$((payments += 1)),\"idrecibo\":$1,\"importe\":-$total,\"fecha\":\"$7-11-2026\",\"hora\":\"09:30:00\"}"
}
payments=0
pay() { # pay ID AMOUNT DAY [TIME [FLAG]]
	fs reciboclientes "{\"idrecibo\":$1,\"pagado\":true,\"fechapago\":\"$3-11-2026\"}"
	fs pagoclientes "{\"idpago\":$((payments += 1)),\"idrecibo\":$1,\"importe\":$2,\"fecha\":\"$3-11-2026\",\"hora\":\"${4:-09:10}:00\"}"
	fs facturaclientes "{\"idfactura\":$1,\"pagada\":${5:-true}}"
}
unpay() { # unpay ID AMOUNT DAY [TIME]
	fs reciboclientes "{\"idrecibo\":$1,\"pagado\":false,\"fechapago\":null}"
	fs pagoclientes "{\"idpago\":$((payments += 1)),\"idrecibo\":$1,\"importe\":-$2,\"fecha\":\"$3-11-2026\",\"hora\":\"${4:-18:00}:00\"}"
	fs facturaclientes "{\"idfactura\":$1,\"pagada\":false}"
}
sale() { # sale ID CLIENT SKU QUANTITY PRICE DAY: paid at once
	invoice "$@"
	pay "$1" $(($4 * $5)) "$6"
}
asked() { # asked quote|order ID CLIENT SKU QUANTITY PRICE DAY UNTIL
	local key=idpresupuesto table=presupuestoclientes total=$(($5 * $6)) code=PRE$2
	[ "$1" = quote ] || { key=idpedido table=pedidoclientes code=PED$2; }
	fs $table "$(head_of $key "$2" "$code" "$3" "$total" "$7"),\"editable\":true,\"idestado\":1,\"finoferta\":${8:-null}}"
	fs linea$table "$(line_of $key "$2" "$2" "$4" "$5" "$total")}"
}

at() { # at MM-DD [HH:MM]: the moment
	now=2026-$1T${2:-04:30}:00Z
	control clock "now=$now" >/dev/null
	erp "${policy:-}"
}
steps() { # the night's programs that decide, one by one; mail unless $1 says not
	run ctok-pull-sales ${sweep:+--full}
	local worst=$code
	run ctok-pull-moodle
	run ctok-reconcile
	run ctok-apply
	[ "${1:-}" = unsent ] || run ctok-mail
	code=$worst
}
moodle() { # moodle WHO [COURSE]: A, S or -, with the day that Moodle ends it where $3 asks
	control sql "sql=SELECT coalesce(string_agg(CASE e.status WHEN 0 THEN 'A' ELSE 'S' END, ''), '-') AS t FROM mdl_user_enrolments e JOIN mdl_user u ON u.id = e.userid
		JOIN mdl_enrol n ON n.id = e.enrolid JOIN mdl_course c ON c.id = n.courseid WHERE c.shortname = '${2:-CPR-2Y}' AND u.email = '$1@example.test'" |
		grep -o '"t":"[^"]*"' | cut -d'"' -f4
}
of() { sql "SELECT string_agg(concat_ws(' ', a.state, nullif(a.why, ''), to_char(a.ends_at AT TIME ZONE 'Europe/Madrid', 'MM-DD')), ', ') FROM ctok.access a
	JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email = '$1@example.test'"; }
found() { # found CLASS [NUMBER-PATTERN]: findings of it with their documents, risks and details
	sql "SELECT string_agg(concat_ws(' ', d.number, f.risk_minor, nullif(f.detail, '')), ', ' ORDER BY d.number) FROM ctok.finding f
		LEFT JOIN ctok.document d USING (tenant_id, document_id) WHERE f.cleared_at IS NULL AND f.class = '$1' AND coalesce(d.number, '') ~ '^(${2:-.*})\$'"
}
mail_to() { sql "SELECT string_agg(concat_ws(' ', o.template, o.state), ', ' ORDER BY o.mail_id) FROM ctok.outbox o JOIN ctok.person p USING (tenant_id, person_id)
	WHERE p.email = '$1@example.test'"; }
expected() { sql "SELECT string_agg(concat_ws(' ', kind, number, trim_scale(quantity), net_minor), ', ' ORDER BY kind, number) FROM rule.expected_line"; }
untied() { sql "SELECT string_agg(concat_ws(' ', control, currency, expected, actual), ', ') FROM rule.control_now WHERE expected <> actual"; }

# The company, and thirty clients whose courses run on, so that no end is half of a course's.
fs empresas '{"idempresa":1,"cifnif":"B00000018","nombre":"Escuela SL"}'
control sql "sql=DELETE FROM shop.orders" >/dev/null
control sql "sql=WITH n AS (SELECT generate_series(900, 929) AS i)
	SELECT fs.put('clientes', jsonb_agg(jsonb_build_object('codcliente', i::text, 'nombre', 'Filler ' || i, 'email', 'f' || i || '@example.test', 'debaja', false, 'idcontactofact', i))),
	fs.put('contactos', jsonb_agg(jsonb_build_object('idcontacto', i, 'codcliente', i::text, 'nombre', 'Filler', 'apellidos', i::text, 'email', 'f' || i || '@example.test', 'empresa', ''))),
	fs.put('facturaclientes', jsonb_agg(jsonb_build_object('idfactura', i, 'codigo', 'F' || i, 'idempresa', 1, 'codcliente', i::text, 'nombrecliente', 'Filler ' || i, 'cifnif', '',
		'idcontactofact', i, 'idcontactoenv', null, 'fecha', '18-11-2026', 'hora', '09:00:00', 'coddivisa', 'EUR', 'total', 10, 'neto', 10, 'netosindto', 10, 'totaliva', 0,
		'totalrecargo', 0, 'totalirpf', 0, 'totalsuplidos', 0, 'dtopor1', 0, 'dtopor2', 0, 'observaciones', null, 'numero2', null, 'editable', false, 'pagada', true, 'idfacturarect', null))),
	fs.put('lineafacturaclientes', jsonb_agg(jsonb_build_object('idlinea', i, 'idfactura', i, 'idproducto', 1, 'referencia', 'CPR', 'descripcion', 'Course CPR', 'cantidad', 1,
		'pvpunitario', 10, 'pvptotal', 10, 'iva', 0, 'recargo', 0, 'irpf', 0, 'suplido', false, 'idlinearect', null))),
	fs.put('reciboclientes', jsonb_agg(jsonb_build_object('idrecibo', i, 'idfactura', i, 'numero', 1, 'importe', 10, 'pagado', true, 'vencimiento', '18-11-2026'))),
	fs.put('pagoclientes', jsonb_agg(jsonb_build_object('idpago', i - 800, 'idrecibo', i, 'importe', 10, 'fecha', '18-11-2026', 'hora', '10:00:00'))) FROM n" >/dev/null
payments=200

# D0: sold on the 19th.
n_of=0
for who in wanda nadia triny uma upton delia credo older paula quinn olga disa offa parte yolanda tina tora nota sola; do
	n_of=$((n_of + 1))
	client $n_of $who
done
invoice 1001 1 CPR 1 100 19            # wanda has not paid yet
sale 1002 2 CPR 1 100 19               # nadia is nobody in Moodle yet
sale 1003 3 CPR 3 100 19               # triny bought three seats in her own name
sale 1004 4 CPR 1 100 19               # uma's payment will be taken back
sale 1005 5 CPR 1 100 19               # upton's too, and paid again
sale 1006 6 CPR 1 100 19               # delia's invoice will vanish
sale 1007 7 CPR 2 100 19               # credo: two seats, one of them credited
sale 1008 8 CPR 1 100 17               # older: two invoices of one course
sale 1009 9 CPR 1 100 19               # paula pays, takes back and pays within the hour
asked quote 11 10 CPR 1 100 19 '"31-12-2026"' # quinn has a quote
asked quote 12 10 MATH 2 50 19 '"20-11-2026"' # and one that expires
asked order 13 11 CPR 3 100 19         # olga has ordered three
sale 1012 12 CPR 1 100 19              # disa will be disabled
sale 1013 13 CPR 1 100 19              # offa too
invoice 1014 14 CPR 1 100 19           # parte pays by halves
sale 1015 15 CPR 1 100 17              # yolanda too has two invoices of one course, both paid
sale 1115 15 CPR 1 100 19
sale 1018 18 CPR 1 100 19              # nota's is credited
note 1119 null 19 CPR 1 100 19         # sola has nothing but a credit note
fs reciboclientes '[{"idrecibo":1014,"importe":50,"vencimiento":"19-11-2026"},{"idrecibo":2014,"idfactura":1014,"numero":2,"importe":50,"pagado":false,"vencimiento":"21-11-2026"}]'
pay 1014 50 19 09:10 false
policy='paid_percent = 50;'
at 11-20
hold
night
admin go-live --since 2026-01-01
night
expect "the first live night ends well" "0: " "$code: $(untied)"
scenario nobody-in-moodle-yet-gets-an-account "A 1" "$(moodle nadia) $(control sql "sql=SELECT count(*) AS t FROM mdl_user WHERE email = 'nadia@example.test'" | grep -o '[0-9]*')"
scenario three-seats-one-name "A: 1003 20000" "$(moodle triny): $(found NO_LEARNER F1003 | sed 's/^F//')"
scenario paid-without-an-event-enrols "-" "$(moodle wanda)"
scenario a-quote-is-expected-not-given "-: quote PRE11 1 10000, quote PRE12 2 10000, order PED13 3 30000" "$(moodle quinn): $(expected | sed 's/^\(order[^,]*\), \(.*\)/\2, \1/')"
admin explain quinn@example.test
expect "explain tells of somebody who has bought nothing yet" "0 1 1" \
	"$code $(grep -c 'quinn@example.test>, who has bought nothing yet' "$dir/out") $(grep -c 'expected: quote PRE11 of source "erp": 1 x Course CPR, 100.00 EUR, holds until 2026-12-31' "$dir/out")"
expect "nobody is a person for having asked" 0 "$(sql "SELECT count(*) FROM ctok.person WHERE email IN ('quinn@example.test', 'olga@example.test')")"
expect "the workbook has them by product, by an independent witness" "Expected 3" \
	"$(/usr/bin/python3 tests/support/check_workbook.py "$(find "$dir/state" -name '*.xlsx' | sort | tail -1)" | grep -o 'complaint.*\|Expected 3')"

# Within the hour Paula's payment is taken back and comes again, and each is looked at.
unpay 1009 100 20 10:00
at 11-20 09:05
steps unsent
expect "taken back: in grace, and a notice waits" "grace unpaid 11-20: grace-notice queued" "$(of paula): $(mail_to paula)"
pay 1009 100 20 10:20
at 11-20 09:25
steps unsent

# D1.
pay 1001 100 20 10:00 false
unpay 1004 100 20
unpay 1005 100 20
note 1107 1007 7 CPR 1 100 20
invoice 1108 8 CPR 1 100 20
unpay 1015 100 20
note 1118 1018 18 CPR 1 100 20
fs lineapresupuestoclientes '{"idlinea":11,"servido":1}'
fs presupuestoclientes '{"idpresupuesto":11,"editable":false,"idestado":24}'
sale 1010 10 CPR 1 100 20
fs lineapedidoclientes '{"idlinea":13,"servido":1}'
sale 1011 11 CPR 1 100 20
fs clientes '[{"codcliente":"12","debaja":true,"fechabaja":"20-11-2026"},{"codcliente":"13","debaja":true,"fechabaja":"20-11-2026"}]'
at 11-21
steps unsent
scenario paid-unpaid-paid-within-the-hour "0: A: active term 12-20: 1 1: grace-notice withdrawn" "$code: $(moodle paula): $(of paula): $(sql "SELECT count(*) || ' ' || count(cured_at)
	FROM ctok.debt_episode e JOIN ctok.person p USING (tenant_id, person_id) WHERE p.email = 'paula@example.test'"): $(mail_to paula)"
scenario paid-without-an-event-enrols "A false" "$(moodle wanda) $(control sql "sql=SELECT doc ->> 'pagada' AS t FROM fs.row WHERE resource = 'facturaclientes' AND id = '1001'" | grep -o 'false')"
scenario unpaid-again-has-its-grace "A: grace unpaid 11-20: grace-notice queued" "$(moodle uma): $(of uma): $(mail_to uma)"
scenario a-credit-note-takes-the-last-seat "A: : excluded REFUNDED, matched" "$(moodle credo): $(found NO_LEARNER F1007): $(sql "SELECT string_agg(concat_ws(' ', c.class, nullif(c.code, '')), ', ' ORDER BY c.class)
	FROM rule.unit_class c JOIN ctok.document d USING (tenant_id, document_id) WHERE d.number = 'F1007'")"
scenario newer-unpaid-invoice-leaves-older-paid "A: active term 12-18" "$(moodle older): $(of older)"
scenario older-unpaid-newer-carries "A: active term 12-20" "$(moodle yolanda): $(of yolanda)"
scenario paid-credit-note-enrols-nobody "A: grace refund 11-20: -: R1119 10000 it names no original" "$(moodle nota): $(of nota): $(moodle sola): $(found CREDIT_UNTIED)"
scenario a-quote-is-expected-not-given "A: " "$(moodle quinn): $(expected | grep -o 'quote PRE11[^,]*')"
scenario expired-quote-is-forgotten "-: 0" "$(moodle quinn MATH-101): $(sql "SELECT count(*) FROM ctok.expected WHERE number = 'PRE12'")"
scenario an-order-is-expected-until-it-is-invoiced "A: order PED13 2 20000" "$(moodle olga): $(expected)"
scenario disabled-client-keeps-paid-access "A: F1012 0 disabled since 2026-11-20; access is kept" "$(moodle disa): $(found CLIENT_DISABLED F1012)"
scenario due-today-is-not-late "A: " "$(moodle parte): $(found REST_OVERDUE)"
pay 1005 100 21 12:00

# D2: who is named now, what vanishes, an order that is cancelled, and a client who comes back.
note 1103 1003 3 CPR 2 100 21
sale 1203 16 CPR 1 100 21
sale 1303 17 CPR 1 100 21
pay 1108 100 21 10:00
unpay 1108 100 21 11:00
fs pedidoclientes '{"idpedido":13,"editable":false,"idestado":6}'
fs clientes '{"codcliente":"12","debaja":false,"fechabaja":null}'
for table in facturaclientes lineafacturaclientes reciboclientes; do gone $table 1006; done
at 11-22
sweep=yes steps
scenario paid-again-in-grace-cures "0: A: active term 12-20: grace-notice withdrawn" "$code: $(moodle upton): $(of upton): $(mail_to upton)"
scenario unpaid-again-has-its-grace "A: grace-notice sent" "$(moodle uma): $(mail_to uma)"
scenario newer-unpaid-invoice-leaves-older-paid "A: active 12-18" "$(moodle older): $(of older | sed 's/ [a-z]* / /')"
scenario seats-named-later "A A A: " "$(moodle triny) $(moodle tina) $(moodle tora): $(found NO_LEARNER F1003)"
scenario a-deleted-invoice-waits-for-a-person "A: active term 12-20: F1006 10000 missing since 2026-11-22" "$(moodle delia): $(of delia): $(found DOCUMENT_GONE)"
scenario a-cancelled-order-is-forgotten "A: " "$(moodle olga): $(expected)"
scenario disabled-client-keeps-paid-access "A: " "$(moodle disa): $(found CLIENT_DISABLED F1012)"
scenario rest-overdue-keeps-by-default "A: active term 12-20: F1014 5000 was due on 2026-11-21; access is kept" "$(moodle parte): $(of parte): $(found REST_OVERDUE)"
run ctok-report
expect "all ties" "" "$(untied)"
# Price and days of renewals come of what was paid and of when it ends, not of a quote.
renews() { sql "SELECT document, paid_until, renews_from, price_minor, currency FROM rule.report_renewal WHERE email = '$1@example.test'"; }
scenario renewal-list-has-price-and-date "F1005	2026-12-19	2026-12-20	10000	EUR / F1008	2026-12-17	2026-12-18	10000	EUR" "$(renews upton) / $(renews older)"

# D4: the policies are other ones now.
policy='paid_percent = 50; on_disabled_client = "suspend"; on_overdue = "suspend";'
at 11-24
steps
scenario unpaid-again-has-its-grace "0: S: suspended unpaid 11-20" "$code: $(moodle uma): $(of uma)"
scenario paid-credit-note-enrols-nobody "S: revoked refund 11-20" "$(moodle nota): $(of nota)"
scenario disabled-client-suspends-by-policy "A: grace disabled 11-20: F1013 10000 disabled since 2026-11-20; access ends" "$(moodle offa): $(of offa): $(found CLIENT_DISABLED)"
scenario rest-overdue-ends-by-policy "A: grace overdue 11-22: F1014 5000 was due on 2026-11-21; access ends" "$(moodle parte): $(of parte): $(found REST_OVERDUE)"
run ctok-reconcile --as-of 2026-11-26
expect "the plan says what for" "0 1 1" "$code $(grep -c 'suspend .*<offa@.*: the client is disabled$' "$dir/out") $(grep -c 'suspend .*<parte@.*: the rest of the invoice was not paid by its day$' "$dir/out")"

# D6.
at 11-26
steps
scenario disabled-client-suspends-by-policy "0: S: suspended disabled 11-20: A" "$code: $(moodle offa): $(of offa): $(moodle disa)"
scenario rest-overdue-ends-by-policy "S: suspended overdue 11-22" "$(moodle parte): $(of parte)"
admin explain offa@example.test
expect "explain says why" "1" "$(grep -c 'entitled to CPR-2Y by invoice F1013.*ended by its client, who is disabled' "$dir/out")"
run ctok-report
expect "all ties still" "" "$(untied)"
fs clientes '{"codcliente":"13","debaja":false,"fechabaja":null}'
fs reciboclientes '{"idrecibo":2014,"pagado":true,"fechapago":"26-11-2026"}'
fs pagoclientes "{\"idpago\":$((payments += 1)),\"idrecibo\":2014,\"importe\":50,\"fecha\":\"26-11-2026\",\"hora\":\"10:00:00\"}"

# D7, a whole night; and again.
at 11-27
night
scenario disabled-client-suspends-by-policy "0: A: active term 12-20: " "$code: $(moodle offa): $(of offa): $(found CLIENT_DISABLED)"
scenario rest-overdue-ends-by-policy "A: active term 12-20: " "$(moodle parte): $(of parte): $(found REST_OVERDUE)"
before=$(writes)
night
expect "a night after that writes nothing" "0: $before: " "$code: $(writes): $(untied)"

# What cannot be is refused by name, and changes nothing.
asked quote 21 10 CPR 1 100 26 '"31-02-2027"'
run ctok-pull-sales
expect "a last day that no calendar has" "12 1" "$code $(grep -c 'quote "PRE21" (id 21): "finoferta": the calendar has no "31-02-2027' "$dir/out")"
fs presupuestoclientes '{"idpresupuesto":21,"finoferta":null}'
fs clientes '{"codcliente":"14","debaja":true,"fechabaja":"soon"}'
run ctok-pull-sales
expect "a client disabled since no day" "12 1" "$code $(grep -c 'client "14": "fechabaja": "soon" is not a date like 20-11-2026 or 2026-11-20' "$dir/out")"
expect "nothing of either counts" ": " "$(expected): $(sql "SELECT string_agg(client_key, ' ') FROM ctok.client_disabled")"

# A source that is closed sells nothing more, and who asked is forgotten.
fs clientes '{"codcliente":"14","debaja":false,"fechabaja":null}'
run ctok-pull-sales
was="$code: $(expected)"
policy='closed = true;'
erp "$policy"
run ctok-pull-sales
expect "who asked is forgotten with the source" "0: quote PRE21 1 10000: 0: : 0" "$was: $code: $(expected): $(sql "SELECT count(*) FROM ctok.expected")"
finish
