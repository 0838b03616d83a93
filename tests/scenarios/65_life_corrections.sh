#!/bin/bash
# The life of an access by decisions: each learner is a story of its own (life.sh), decided about by a person besides, or against, what the rules say. Terms
# are of five days, with two days of grace and a notice one day before, unless a rule says otherwise. Nobody shares a course but the two of SEAT.
read_level=1
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/life.sh"
start --seed empty --now 2026-11-20T01:50:00Z
P='term = "P5D"; grace_days = 2; notice_days = 1;' year='term = "P2Y"; grace_days = 2; notice_days = 1;'
courses POLICY GIFT LATE DENY SEAT GONE KEPT AWAY LEFT BACK END OTHER NEXT
for c in POLICY END; do rule "sku:$c" "$c" "$P"; done
for c in GIFT DENY SEAT GONE KEPT AWAY LEFT BACK OTHER; do rule "sku:$c" "$c" "$year"; done
rule sku:NEXT NEXT "$year requires = (\"OTHER\");"
rule sku:LATE LATE 'term = "P2D"; grace_days = 0;'
write_rules

buy() { order "$1" "$2" "$3@r.test" "${3^} Test" "${4:-99.00}" "${5:-2026-11-19T10:00:00Z}"; }
# Two seats with a name each: two lines of one order.
seats() { # seats REFUNDED MODIFIED
	order 205 SEAT seat@r.test 'Seat Test' 99.00 2026-11-19T10:00:00Z 'One Test' one@r.test 2 "$1" PENDING "$2"
	control sql "sql=UPDATE shop.orders o SET doc = jsonb_set(o.doc::jsonb, '{lineItems}', jsonb_build_array(l || '{\"quantity\": 1}',
			replace(replace(l::text, 'One Test', 'Two Test'), 'one@', 'two@')::jsonb || '{\"quantity\": 1, \"id\": \"5e3b00000000000000000209\"}'))::text
		FROM (SELECT id, doc::jsonb -> 'lineItems' -> 0 AS l FROM shop.orders) x WHERE x.id = o.id AND o.id = lpad(to_hex(205), 24, '0')" >/dev/null
}
moodle() { # moodle WHO SQL: what staff does to an enrolment
	control sql "sql=$2 WHERE userid = (SELECT id FROM mdl_user WHERE email = '$1@r.test')" >/dev/null
}
decided() { # decided COMMAND ARGUMENT …: noted, or what was wrong
	admin "$@" --name Eva --reason 'she called'
	said="$code $(head -1 "$dir/out")"
}
finding() { sql "SELECT min(f.finding_id) FROM ctok.finding f LEFT JOIN ctok.document d USING (tenant_id, document_id) LEFT JOIN ctok.person p USING (tenant_id, person_id)
	WHERE f.class = '$1' AND f.cleared_at IS NULL AND '$2' IN (d.number, split_part(p.email, '@', 1))"; }
units() { sql "SELECT string_agg(concat_ws(' ', u.class, nullif(u.code, '')), ', ' ORDER BY u.unit_id) FROM rule.unit_class u JOIN ctok.document d USING (tenant_id, document_id)
	WHERE d.number = '$1'"; }
worth() { sql "SELECT sum(worth_minor) FROM rule.revenue"; }
charges() { sql "SELECT count(*) FROM ctok.movement m JOIN ctok.document d USING (tenant_id, document_id) WHERE d.number = '$1' AND m.kind = 'charge'"; }

buy 201 POLICY policy
buy 202 OTHER gift
buy 203 LATE late
buy 204 DENY deny
seats 0.00 2026-11-19T10:00:00Z
buy 206 AWAY away
buy 207 LEFT left
buy 208 BACK back
buy 209 END end
buy 212 NEXT next
# The shop is asked for its five newest again; two of these will be gone.
buy 210 GONE gone 99.00 2026-11-19T12:00:00Z
buy 211 KEPT kept 99.00 2026-11-19T12:00:00Z
now=2026-11-20T02:00:00Z
write_conf
for program in ctok-pull-sales ctok-pull-moodle ctok-reconcile; do run $program; done
hold
admin go-live --since 2026-01-01

on D0 2026-11-20T03:00:00Z
turn
admin grant gift@r.test GIFT --until 2026-11-22 --reason 'won a prize'
nameless="$code $(grep -c 'a decision needs the name of whoever answers for it' "$dir/out") $(sql "SELECT count(*) FROM ctok.decision")"
decided grant gift@r.test GIFT --until 2026-11-22
granted=$said
decided grant gift@r.test GIFT --until 2026-11-22
granted_again=$said
# What the night gave one of them is taken back.
admin revert "$(sql "SELECT max(run_id) FROM ctok.run WHERE program = 'ctok-apply'")" --only course=BACK
on D0r 2026-11-20T04:00:00Z
look

on D1 2026-11-21T03:00:00Z
seats 99.00 2026-11-20T20:00:00Z
moodle away "DELETE FROM mdl_user_enrolments"
moodle left "UPDATE mdl_user_enrolments SET status = 1"
control sql "sql=DELETE FROM shop.orders WHERE id IN (lpad(to_hex(210), 24, '0'), lpad(to_hex(211), 24, '0'))" >/dev/null
decided policy correct 201 --term P10D
decided allow late@r.test LATE --until 2026-11-24
decided deny deny@r.test DENY --until 2026-11-22
shut=$(found GATE_SHUT)
decided allow next@r.test NEXT --until 2026-11-24
turn
revenue=$(worth) reverted=$(found REVERTED) asked="$(found TAKEN_AWAY); $(found DOCUMENT_GONE); $(found REFUND_AMBIGUOUS)"
admin decisions
waiting=$(grep -c 'ctok-admin decide F' "$dir/out") standing=$(grep -c ': holds; 2026-11-2[01], Eva: she called$' "$dir/out")
told() { # told PATTERN ARGUMENT …: how many lines of explain say so
	local pattern=$1
	shift
	admin explain "$@"
	grep -cE "$pattern" "$dir/out"
}
told="$(told '^  NEXT: override: decision [0-9]+ until 2026-11-24: she called$' next@r.test) $(
	told '^  NEXT: gate: paid for, and course OTHER is not completed$' person next@r.test NEXT) $(
	told '^  DENY: has no access: a person denied it, .*; Moodle is as it should be$' deny@r.test) $(
	told '^  LATE: has access, paid until' late@r.test) $(
	told '^Rights that a person decided about:|^  gives GIFT, by decision 1: from' gift@r.test)"
admin explain person gift@r.test --json
gift=$(/usr/bin/python3 -c 'import json, sys; e = json.load(sys.stdin); print(e["format"], next(r["decision"] for r in e["rights"] if r["decision"]), e["decisions"][0]["state"], [a["state"] for a in e["accesses"]], len(e["story"]) > 5)' <"$dir/out")
admin approve --name Eva --reason 'right after all' --course BACK
decided decide "$(finding TAKEN_AWAY left)" drop
decided decide "$(finding DOCUMENT_GONE 210 | cut -c1-11)" end # as a workbook of before names it
decided decide "$(finding DOCUMENT_GONE 211)" keep
decided decide "$(finding REFUND_AMBIGUOUS 205)" seat 2.1

on D2 2026-11-22T03:00:00Z
turn
dropped="$(units 207) $(worth)" overridden=$(found OVERRIDDEN) settled=$(found DOCUMENT_GONE)$(found REFUND_AMBIGUOUS)
decided decide "$(finding TAKEN_AWAY away)" restore
decided decide "$(finding OVERRIDDEN left)" restore
decided decisions revoke "$(sql "SELECT decision_id FROM ctok.decision WHERE kind = 'policy'")"

on D3 2026-11-23T03:00:00Z
turn
on D5 2026-11-25T03:00:00Z
turn
on D7 2026-11-27T03:00:00Z
turn
shortened="$(found HELD) $(sql "SELECT string_agg(held_why, ' ') FROM ctok.action WHERE state = 'held'")"
admin revert "$(sql "SELECT max(run_id) FROM ctok.run WHERE program = 'ctok-apply'")" --only course=END
on D7r 2026-11-27T04:00:00Z
look
on D8 2026-11-28T03:00:00Z
turn
waits=$(found REVERTED)
admin approve --name Eva --reason 'right after all'
on D9 2026-11-29T03:00:00Z
turn
# Findings are as of now once more, as the report of a night leaves them.
step ctok-reconcile

scenario an-override-needs-a-name-and-a-reason "64 1 0" "$nameless"
expect "a decision is noted, once" "0 decision 1 is noted. The next night, or ctok-reconcile, carries it out. / 0 decision 1 says so already. Nothing was changed." "$granted / $granted_again"
scenario override-expires-and-the-rule-is-back "D0 -, D1 A 11-20 04:00 > 2026-11-30, D3 S" "$(story gift GIFT)"
scenario an-access-is-allowed-until-its-day "D0 A 11-19 11:00 > 2026-11-29, D2 A 11-19 11:00 > 2026-12-02, D5 S" "$(story late)"
scenario an-access-is-denied-until-its-day "D0 A 11-19 11:00 > 2028-11-29, D1 S, D3 A 11-19 11:00 > 2028-11-29" "$(story deny)"
scenario an-access-is-allowed-before-its-gate "next 9900; D0 -, D1 A 11-19 11:00 > 2026-12-02, D5 S; next 9900" "$shut; $(story next); $(found GATE_SHUT)"
scenario policy-correct-supersedes-the-snapshot "D0 A 11-19 11:00 > 2026-12-04, D1 A 11-19 11:00 > 2026-12-09, D9 S; policy 9900 corrected; P5D P10D P5D" \
	"$(story policy); $shortened; $(sql "SELECT string_agg(r.term::text, ' ' ORDER BY c.change_id) FROM ctok.policy_change c JOIN ctok.product_rule r ON r.rule_id = c.from_rule_id") $(
		sql "SELECT r.term FROM ctok.entitlement e JOIN ctok.product_rule r USING (tenant_id, rule_id) JOIN ctok.document d USING (tenant_id, document_id) WHERE d.number = '201'")"
scenario part-refund-of-two-ends-the-seat-decided "D0 A 11-19 11:00 > 2028-11-29; D0 A 11-19 11:00 > 2028-11-29, D3 S" "$(story one); $(story two)"
scenario a-vanished-sale-ends-by-decision "D0 A 11-19 13:00 > 2028-11-29, D5 S; D0 A 11-19 13:00 > 2028-11-29; none" "$(story gone); $(story kept); ${settled:-none}"
scenario removed-by-staff-asks-first "D0 A 11-19 11:00 > 2028-11-29, D1 -, D3 A 11-19 11:00 > 2028-11-29" "$(story away)"
scenario dropped-then-rejoined-pays-once "D0 A 11-19 11:00 > 2028-11-29, D1 S, D3 A 11-19 11:00 > 2028-11-29; 1" "$(story left); $(charges 207)"
scenario a-drop-is-no-refund "excluded DROPPED $revenue; deny 9900, late 9900, left 9900, next" "$dropped; $overridden"
scenario an-enrolment-taken-back-can-be-given-again "D0 A 11-19 11:00 > 2028-11-29, D0r S, D2 A 11-19 11:00 > 2028-11-29; back 9900" "$(story back); $reverted"
scenario revert-then-same-change-waits "D0 A 11-19 11:00 > 2026-12-04, D7 S, D7r A 11-19 11:00 > 2026-12-04, D9 S; end 9900" "$(story end); $waits"
expect "what waits is listed with its answers, what holds with who and why" "5 5" "$waiting $standing"
expect "what was asked" "away 9900, left 9900; 210 9900, 211 9900; 205 9900" "$asked"
expect "nothing else went wrong, and it ties" "D1 ctok-reconcile 10, D1 ctok-apply 10, D7 ctok-reconcile 10, D7 ctok-apply 10, D8 ctok-reconcile 10, D8 ctok-apply 10; ties" "$codes; $(sql "SELECT coalesce(string_agg(concat_ws(' ', control, expected, actual), ', '), 'ties') FROM rule.control_now WHERE expected <> actual")"
expect "no decision changed what was sold" "$revenue" "$(worth)"

# What was decided about document 205, and what it was for: its lines, seats, rights, money and the decision belong together.
admin explain document 205 --json
expect "explain of a document ties lines, seats, money and decisions" "ctok-explain-document 1 2 lines 198.00 EUR [0, 1] [None, 'refund'] ['active', 'revoked'] ['charge', 'refund'] ['seat']" \
	"$(/usr/bin/python3 -c '
import json, sys
e = json.load(sys.stdin)
units = [u for l in e["lines"] for u in l["units"]]
print(e["format"], len(e["lines"]), "lines", e["document"]["total"], [int(u["given_back_at"] is not None) for u in units],
      [u["rights"][0]["ended_why"] for u in units], sorted(a["state"] for a in e["accesses"]), [m["kind"] for m in e["movements"]], [d["kind"] for d in e["decisions"]])' <"$dir/out")"
expect "explain says why, in each state" "1 1 1 1 2; ctok-explain-person 1 1 holds ['active', 'active'] True" "$told; $gift"
admin explain document 999
unknown="$code $(cat "$dir/out")"
admin explain nobody@r.test
expect "who and what is not known is an error" '65 ctok-admin explain: error: no document has the number or id "999"' "$unknown"
expect "and a person, too" "65 1" "$code $(grep -c nobody@r.test "$dir/out")"
finish
