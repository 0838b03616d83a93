#!/bin/bash
# The life of what a shop sells: each learner is a story of its own, told by what Moodle's table of enrolments shows night by night. Terms are of five
# days, with two days of grace and a notice one day before, unless a rule says otherwise: sold on D-1 it is paid for until D5 00:00, told on D5, suspended
# on D7, and Moodle would end it by itself a week later, on D14 (2026-12-04). Nobody shares a course.
read_level=1
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/life.sh"
start --seed empty --now 2026-11-20T01:50:00Z
without='"welcome", "restored", "access-held", "certificate-waiting", "certificate-expiring"'
mail_extra='expiry_days = ("30", "7", "3", "1");'
mkdir "$dir/in"
more_sources=", { name = \"files\"; kind = \"csv\"; role = \"sale\"; folder = \"$dir/in\"; preset = \"sheet\"; max_age = \"P90D\"; },
	{ name = \"woo\"; kind = \"woocommerce\"; role = \"sale\"; url = \"$url/\"; api_key = \"file:$dir/sandbox/woo.key\"; ca_file = \"$dir/sandbox/ca.pem\";
	  allow_private = (\"127.0.0.1\", \"localhost\"); }"

P='term = "P5D"; grace_days = 2; notice_days = 1;' year='term = "P2Y"; grace_days = 2; notice_days = 1;'
courses SAME TWO EARLY PROMISE LATER MOVES GRACE AGAIN BUN-A BUN-B SELF HAND END THREE MISSED SHEET NEW BUYER ZERO NEVER OFF GOOD AMBI LINE-A LINE-B LOOK \
	FULL UNENROL KEEP FIXED ALWAYS FREE PRICE NAME
for c in SAME TWO LATER MOVES GRACE AGAIN SELF HAND END BUYER FULL NAME; do rule "sku:$c" "$c" "$P"; done
for c in EARLY GOOD AMBI FREE; do rule "sku:$c" "$c" "$year"; done
rule sku:BUN 'BUN-A BUN-B' "$P"
rule sku:PROMISE PROMISE 'term = "P90D"; grace_days = 2; notice_days = 1;'
rule sku:OFF OFF 'term = "P90D"; grace_days = 2; notice_days = 1;'
rule sku:THREE THREE 'term = "P30D"; grace_days = 2; notice_days = 1;'
rule sku:MISSED MISSED 'term = "P30D"; grace_days = 2; notice_days = 1;'
rule sku:ZERO ZERO 'term = "P5D"; grace_days = 0;'
rule sku:NEVER NEVER 'term = "P5D"; grace_days = "never";'
rule sku:UNENROL UNENROL 'term = "P5D"; grace_days = 0; on_refund = "unenrol";'
rule sku:KEEP KEEP 'term = "P5D"; on_expiry = "keep";'
rule sku:FIXED FIXED 'until = "2026-11-25"; grace_days = 2; notice_days = 1;'
rule sku:ALWAYS ALWAYS ''
rule sku:PRICE PRICE "$year price = \"99.00 EUR\"; price_tolerance = \"3\";"
source=files rule name:Sheet SHEET "$year"
source=woo rule sku:LINE-A LINE-A "$year"
source=woo rule sku:LINE-B LINE-B "$year"
source=woo rule sku:LOOK LOOK "$year"
write_rules

# buy NUMBER SKU WHO DAY [as order() has them]: sold at 10:00 UTC, 11:00 at the school. back NUMBER SKU WHO DAY AMOUNT MOMENT [QUANTITY]: given back since.
buy() { order "$1" "$2" "$3@r.test" "${3^} Test" "${5:-99.00}" "2026-${4}T10:00:00Z" "${6:-}" "${7:-}" "${8:-1}"; }
back() { order "$1" "$2" "$3@r.test" "${3^} Test" 99.00 "2026-${4}T10:00:00Z" '' '' "${7:-1}" "$5" PENDING "$6"; }
# woo ID WHO MODIFIED REFUNDS SKU …: an order of that shop, made of one of the vendor's samples; a line for each product.
woo() {
	/usr/bin/python3 - "$@" <<'PY' >"$dir/woo.json"
import copy, json, sys
id, who, modified, refunds, skus = int(sys.argv[1]), sys.argv[2], sys.argv[3], json.loads(sys.argv[4]), sys.argv[5:]
o = json.load(open("tests/fixtures/woocommerce/orders.json"))[0]
line = dict(o["line_items"][0], quantity=1, subtotal="99.00", subtotal_tax="0.00", total="99.00", total_tax="0.00", taxes=[], meta_data=[], price=99)
o.update(id=id, number=str(id), status="completed", date_created="2026-11-19T11:00:00", date_created_gmt="2026-11-19T10:00:00", date_paid="2026-11-19T11:00:00",
         date_paid_gmt="2026-11-19T10:00:00", date_modified=modified, date_modified_gmt=modified, discount_total="0.00", discount_tax="0.00", cart_tax="0.00",
         total_tax="0.00", total="%d.00" % (99 * len(skus)), meta_data=[], transaction_id="", tax_lines=[], fee_lines=[], shipping_lines=[], coupon_lines=[], refunds=refunds,
         line_items=[dict(copy.deepcopy(line), id=id * 10 + n, sku=s, name=s, parent_name=s, product_id=id * 10 + n, variation_id=0) for n, s in enumerate(skus)])
o["billing"].update(first_name=who.capitalize(), last_name="Test", company="", email=who + "@r.test")
json.dump([o], sys.stdout)
PY
	control woo "orders@$dir/woo.json" >/dev/null
}
sheet() { # sheet NAME N: a list of so many people, each with a row
	{
		echo 'submitted,name,email,interest'
		for i in $(seq "$2"); do echo "2026-11-1$((i > 10 ? 9 : 8))T10:00:00Z,Row$i Test,row$i@r.test,Sheet"; done
	} >"$dir/in/$1"
	touch -d "$now 10 minutes ago" "$dir/in/$1"
}

# What was sold before the first night.
control sql "sql=DELETE FROM shop.orders" >/dev/null
sold=11-19
n=100
for who in same:SAME early:EARLY promise:PROMISE later:LATER moves:MOVES grace:GRACE again:AGAIN bundle:BUN self:SELF end:END zero:ZERO \
	never:NEVER keep:KEEP always:ALWAYS name:NAME; do
	buy $((n++)) "${who#*:}" "${who%:*}" $sold
done
buy 201 TWO nought $sold 99.00 '' '' 0
buy 202 TWO half $sold 99.00 '' '' 1.5
buy 203 TWO two $sold 99.00 '' '' 2
buy 204 THREE three 10-29
buy 205 MISSED missed 11-03
buy 206 NEW newcomer $sold
buy 207 BUYER first $sold 99.00 'Pupil Test' pupil@r.test
buy 208 GOOD good $sold
buy 210 FULL full $sold
buy 211 UNENROL unenrol $sold
buy 212 FIXED fixed $sold
buy 213 FREE free $sold 0.00
buy 214 PRICE near $sold 97.00
buy 215 PRICE far $sold 90.00
# Two seats with a name each: two lines of one order.
ambi() { # ambi REFUNDED MODIFIED
	order 209 AMBI ambi@r.test 'Ambi Test' 99.00 2026-11-19T10:00:00Z 'One Test' one@r.test 2 "$1" PENDING "$2"
	control sql "sql=UPDATE shop.orders o SET doc = jsonb_set(o.doc::jsonb, '{lineItems}', jsonb_build_array(l || '{\"quantity\": 1}',
			replace(replace(l::text, 'One Test', 'Other Test'), 'one@', 'other@')::jsonb || '{\"quantity\": 1, \"id\": \"5e3b00000000000000000209\"}'))::text
		FROM (SELECT id, doc::jsonb -> 'lineItems' -> 0 AS l FROM shop.orders) x WHERE x.id = o.id AND o.id = lpad(to_hex(209), 24, '0')" >/dev/null
}
ambi 0.00 2026-11-19T10:00:00Z
woo 5001 lines 2026-11-19T10:00:00 '[]' LINE-A LINE-B
woo 5002 look 2026-11-19T10:00:00 '[]' LOOK
# In Moodle somebody enrolled one by hand, whom nobody sold anything; and one came in by the course's own door and bought besides.
control sql "sql=INSERT INTO mdl_user (confirmed, mnethostid, username, firstname, lastname, email, timecreated, timemodified)
	SELECT 1, 1, v.n, initcap(v.n), 'Test', v.n || '@r.test', 1767225600, 1767225600 FROM (VALUES ('self'), ('hand')) AS v (n)" >/dev/null
control sql "sql=UPDATE mdl_enrol SET status = 0 WHERE enrol = 'self' AND courseid = (SELECT id FROM mdl_course WHERE shortname = 'SELF')" >/dev/null
control sql "sql=INSERT INTO mdl_user_enrolments (enrolid, userid, timestart, timeend, modifierid, timecreated, timemodified)
	SELECT e.id, u.id, 1767225600, 0, 2, 1767225600, 1767225600 FROM mdl_enrol e JOIN mdl_course c ON c.id = e.courseid
	JOIN mdl_user u ON (u.username = 'self' AND e.enrol = 'self' AND c.shortname = 'SELF') OR (u.username = 'hand' AND e.enrol = 'manual' AND c.shortname = 'HAND')" >/dev/null
foreign() { control sql "sql=SELECT ue.* FROM mdl_user_enrolments ue JOIN mdl_user u ON u.id = ue.userid JOIN mdl_enrol e ON e.id = ue.enrolid
	WHERE u.username = 'hand' OR (u.username = 'self' AND e.enrol = 'self') ORDER BY ue.id"; }
foreign_before=$(foreign)

# In trial all of it is planned; going live lets it pass.
now=2026-11-20T02:00:00Z
write_conf
sheet 1.csv 10
for program in ctok-pull-sales ctok-pull-moodle ctok-reconcile; do run $program; done
hold
admin go-live --since 2026-01-01

on D0 2026-11-20T03:00:00Z
turn
ten=$(grep -c '^D0 row.* SHEET manual A' "$dir/looks") unmapped=$(found UNMAPPED_PRODUCT)

on D1 2026-11-21T03:00:00Z
sheet 2.csv 12
rule sku:NEW NEW "$P"
write_rules
back 107 BUN bundle $sold 99.00 2026-11-20T20:00:00Z
back 208 GOOD good $sold 10.00 2026-11-20T20:00:00Z
back 210 FULL full $sold 99.00 2026-11-20T20:00:00Z
back 211 UNENROL unenrol $sold 99.00 2026-11-20T20:00:00Z
ambi 99.00 2026-11-20T20:00:00Z
order 207 BUYER first@r.test 'First Test' 99.00 2026-11-19T10:00:00Z 'Pupil Test' pupil@r.test 1 99.00 PENDING 2026-11-20T20:00:00Z
buy 217 BUYER second 11-20 99.00 'Pupil Test' pupil@r.test
woo 5001 lines 2026-11-20T20:00:00 '[{"id":5101,"reason":"","total":"-99.00"}]' LINE-A LINE-B
control woo order=5001 'refunds=[{"id":5101,"parent_id":5001,"date_created":"2026-11-20T21:00:00","date_created_gmt":"2026-11-20T20:00:00","amount":"99.00","reason":"",
	"refunded_by":1,"refunded_payment":true,"meta_data":[],"line_items":[{"id":5102,"name":"LINE-A","product_id":50010,"variation_id":0,"quantity":-1,"tax_class":"",
	"subtotal":"-99.00","subtotal_tax":"0.00","total":"-99.00","total_tax":"0.00","taxes":[],"meta_data":[{"id":1,"key":"_refunded_item_id","value":"50010"}],
	"sku":"LINE-A","price":99}],"tax_lines":[],"shipping_lines":[],"fee_lines":[]}]' >/dev/null
control sql "sql=UPDATE mdl_course SET shortname = 'NAME-2027' WHERE shortname = 'NAME'" >/dev/null
turn
renamed=$(found COURSE_CHANGED)
# The same again: nobody sold anything, somebody looked at an order, and everything is read once more.
woo 5002 look 2026-11-21T02:30:00 '[]' LOOK
writes_before=$(writes) versions_before=$(sql "SELECT count(*) FROM ctok.document_version")
step ctok-pull-sales --full
step ctok-pull-moodle
step ctok-reconcile --full
step ctok-apply
again="$(($(writes) - writes_before)) $(($(sql "SELECT count(*) FROM ctok.document_version") - versions_before))"

on D2 2026-11-22T03:00:00Z
buy 218 OFF off 11-21
control sql "sql=UPDATE mdl_course_completions SET timecompleted = 1795284000 WHERE userid = (SELECT id FROM mdl_user WHERE email = 'early@r.test')" >/dev/null
control sql "sql=INSERT INTO mdl_course_completions (userid, course, timeenrolled, timestarted, timecompleted) SELECT u.id, c.id, 0, 0, 1795284000
	FROM mdl_user u, mdl_course c WHERE u.email = 'early@r.test' AND c.shortname = 'EARLY' ON CONFLICT DO NOTHING" >/dev/null
courses NAME
turn

on D3 2026-11-23T03:00:00Z
buy 219 EARLY early 11-22
buy 220 MOVES moves 11-22
turn
taken=$(found COURSE_CHANGED)

on D5 2026-11-25T03:00:00Z
buy 221 FIXED fixedtoo 11-24
echo 'rcpt=later@r.test 0 451 4.2.1 Mailbox full' >"$dir/smtp.faults"
turn
admin mail queue
queue=$(grep -c ' deferred .*' "$dir/out")

on D6 2026-11-26T03:00:00Z
buy 222 GRACE grace 11-25
turn
rm "$dir/smtp.faults"

on D7 2026-11-27T03:00:00Z
buy 223 FIXED toolate 11-26
turn

on D9 2026-11-29T03:00:00Z
buy 224 AGAIN again 11-28
turn
on D12 2026-12-02T03:00:00Z
turn
on D60 2027-01-19T03:00:00Z
turn
on D90 2027-02-18T03:00:00Z
without="$without, \"expiry-soon\""
write_conf
turn
on D92 2027-02-20T03:00:00Z
turn

step ctok-report
post
expect "every program of every night ended well" "" "$codes"

# One right, once.
scenario same-order-pulled-again-gives-one-right "D0 A 11-19 11:00 > 2026-12-04, D7 S: 1 row, 1 account" \
	"$(story same): $(grep -c '^D5 same ' "$dir/looks") row, $(control sql "sql=SELECT count(*) AS n FROM mdl_user WHERE email = 'same@r.test'" | grep -o '[0-9]*') account"
scenario same-order-pulled-again-gives-one-right "0 writes, 0 versions" "${again% *} writes, ${again#* } versions"
scenario looked-at-order-is-no-news "D0 A 11-19 11:00 > 2028-11-29: 0 writes, 0 versions" "$(story look): ${again% *} writes, ${again#* } versions"
scenario quantity-zero-and-half-give-no-seat "D0 -; D0 -; D0 A 11-19 11:00 > 2026-12-04, D7 S: 201, 202 14850: 203 9900" \
	"$(story nought); $(story half); $(story two): $(found BAD_QUANTITY): $(found NO_LEARNER)"
scenario ten-rows-added-together-are-ten "10, 12" "$ten, $(grep -c '^D1 row.* SHEET manual A' "$dir/looks")"
scenario unmapped-product-is-one-finding-then-access "9900: D0 -, D1 A 11-19 11:00 > 2026-12-04, D7 S" "$unmapped: $(story newcomer)"
scenario a-bundle-gives-both-courses "D0 A 11-19 11:00 > 2026-12-04, D3 S; D0 A 11-19 11:00 > 2026-12-04, D3 S" "$(story bundle BUN-A); $(story bundle BUN-B)"
scenario free-course-is-given "D0 A 11-19 11:00 > 2028-11-29: 0 at risk" "$(story free): $(sql "SELECT count(*) FROM ctok.finding f JOIN ctok.person p USING (tenant_id, person_id)
	WHERE p.email = 'free@r.test' AND f.cleared_at IS NULL") at risk"
scenario price-off-by-tolerance-is-fine "D0 A 11-19 11:00 > 2028-11-29; D0 A 11-19 11:00 > 2028-11-29; 215 900" "$(story near); $(story far); $(found PRICE_DIFFERS)"

# How long it lasts.
scenario early-renewal-is-a-new-cycle "D0 A 11-19 11:00 > 2028-11-29, D3 A 11-19 11:00 > 2030-11-29: 1 of 2" \
	"$(story early): $(sql "SELECT c.cycle || ' of ' || (SELECT max(e.cycle) FROM ctok.entitlement e WHERE e.person_id = c.person_id) FROM rule.completion_cycle c")"
scenario renewal-moves-the-end "D0 A 11-19 11:00 > 2026-12-04, D3 A 11-19 11:00 > 2026-12-09, D60 S" "$(story moves)"
scenario renewal-after-the-end "D0 A 11-19 11:00 > 2026-12-04, D6 A 11-19 11:00 > 2026-12-10, D60 S" "$(story grace)"
scenario late-renewal-after-suspension "D0 A 11-19 11:00 > 2026-12-04, D7 S, D9 A 11-19 11:00 > 2026-12-13, D90 S" "$(story again)"
scenario an-end-reaches-moodle "D0 A 11-19 11:00 > 2026-12-04, D7 S" "$(story end)"
scenario a-promised-end-is-kept "D0 A 11-19 11:00 > 2027-02-27, D92 S: 1 1 1" \
	"$(story promise): $(posted promise 'lasts until 17 February 2027.*29 days') $(posted promise 'lasts until') $(posted promise 'paused|suspended')"
scenario fixed-date-ends-for-all "D0 A 11-19 11:00 > 2026-12-05, D9 S; D0 -, D5 A 11-24 11:00 > 2026-12-05, D9 S; D0 -: TERM_OVER" \
	"$(story fixed); $(story fixedtoo); $(story toolate): $(sql "SELECT u.code FROM rule.unit_class u JOIN ctok.document d USING (tenant_id, document_id) WHERE d.number = '223'")"
scenario unlimited-never-ends "D0 A 11-19 11:00 > none" "$(story always)"
scenario grace-zero-is-at-once "D0 A 11-19 11:00 > 2026-12-02, D5 S: 1" "$(story zero): $(posted zero 'has ended')"
scenario grace-never-is-never "D0 A 11-19 11:00 > none: never 9900" "$(story never): $(found PAST_DUE)"
scenario on-expiry-keep-never-ends "D0 A 11-19 11:00 > none" "$(story keep)"

# What is given back.
scenario full-refund-ends-after-grace "D0 A 11-19 11:00 > 2026-12-04, D3 S" "$(story full)"
scenario part-refund-of-one-is-goodwill "D0 A 11-19 11:00 > 2028-11-29" "$(story good)"
scenario part-refund-of-two-is-ambiguous "D0 A 11-19 11:00 > 2028-11-29; D0 A 11-19 11:00 > 2028-11-29: 209 9900" "$(story one); $(story other): $(found REFUND_AMBIGUOUS)"
scenario refund-by-line-ends-that-line "D0 A 11-19 11:00 > 2028-11-29, D3 S; D0 A 11-19 11:00 > 2028-11-29" "$(story lines LINE-A); $(story lines LINE-B)"
scenario on-refund-unenrol-removes "D0 A 11-19 11:00 > 2026-12-02, D1 -" "$(story unenrol)"
scenario a-learner-may-change-buyer "D0 A 11-19 11:00 > 2026-12-04, D1 A 11-19 11:00 > 2026-12-05, D9 S" "$(story pupil)"

# What others did in Moodle.
scenario self-enrolment-open-is-not-ours "D0 A 11-19 11:00 > 2026-12-04, D7 S; D0 A 01-01 01:00 > none" "$(story self); $(story self SELF self)"
scenario ends-only-our-own-row "D7 S; $foreign_before" "$(story self | grep -o 'D7 S'); $(foreign)"
scenario course-renamed-keeps-its-enrolments "D0 A 11-19 11:00 > 2026-12-04, D7 S: -: NAME" "$(story name): ${renamed:--}: $taken"

others() { sql "SELECT others FROM rule.report_progress WHERE course = 'Course $1'"; } # others COURSE: in by no sale, says the workbook's sheet Progress
scenario enrolled-by-hand-is-reported-not-touched "D0 A 01-01 01:00 > none: 1" "$(story hand): $(others HAND)"
scenario self-enrolment-open-is-not-ours "1 when ours is over, 0 besides" "$(others SELF) when ours is over, $(others END) besides"

# What learners hear.
scenario three-thresholds-each-once "D0 A 10-29 11:00 > 2026-12-08, D12 S: 1 1 1 of 3" \
	"$(story three): $(posted three '7 days from now') $(posted three '3 days from now') $(posted three '1 day from now') of $(posted three 'lasts until')"
scenario two-missed-nights-send-the-smallest-only "1 0 1 of 2" \
	"$(posted missed '7 days from now') $(posted missed '3 days from now') $(posted missed '1 day from now') of $(posted missed 'lasts until')"
# While nobody of ours was there Moodle ended it, weeks ago; it does not begin anew because the notice is due still.
scenario what-moodle-ended-begins-for-no-debt "D0 A 11-03 11:00 > 2026-12-13, D90 S" "$(story missed)"
scenario a-mail-that-fails-is-tried-and-listed "D0 A 11-19 11:00 > 2026-12-04, D9 S: 1 listed, 1 sent" "$(story later): $queue listed, $(posted later 'is over|paid for') sent"
scenario reminders-off-are-off "D0 -, D2 A 11-21 11:00 > 2027-03-01: 0" "$(story off): $(posted off 'lasts until')"
scenario one-event-one-mail "0: $(wc -l <"$dir/post")" "$(sort "$dir/post" | uniq -d | wc -l): $(sql "SELECT count(*) FROM ctok.outbox WHERE state = 'sent'")"
expect "every control ties" "" "$(sql "SELECT string_agg(concat_ws(' ', control, expected, actual), ', ') FROM rule.control_now WHERE expected <> actual")"
finish
