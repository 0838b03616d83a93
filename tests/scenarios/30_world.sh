#!/bin/bash
# A generated academy of 2,000 sales: the engine's numbers are the generator's, every unit stands once, the workbook ties in openpyxl and
# LibreOffice, and the night after changes nothing. WORLD: another specification.
. "$(dirname "$0")/lib.sh"
start --world "${WORLD:-seed=1,sales=2000}"
cp "$dir/sandbox/rules.conf" "$dir/rules.conf"

before=$(state)
night
expect "the trial night ends well" 0 "$code"
hold
expect "it writes nothing to Moodle" "$before" "$(state)"

# The engine's numbers beside the generator's, of the same moment.
at=$(sql "SELECT to_char(max(effective_at), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM ctok.run")
control expected "at=$at" zone=Europe/Madrid >"$dir/expected.json"
numbers() {
	sql "WITH c AS (SELECT CASE WHEN code IN ('', 'ACCESS', 'TERM_OVER') THEN 'ACCESS' ELSE code END AS code, currency, net_minor FROM rule.unit_class)
		SELECT 'class.' || code, count(*)::text FROM c GROUP BY code
		UNION ALL SELECT 'net.' || code || '.' || currency, sum(net_minor)::text FROM c GROUP BY code, currency
		UNION ALL SELECT 'units', count(*)::text FROM ctok.unit
		UNION ALL SELECT 'lines', count(*)::text FROM ctok.line
		UNION ALL SELECT 'orders', count(*)::text FROM ctok.document
		UNION ALL SELECT 'pairs', count(*)::text FROM ctok.access
		UNION ALL SELECT 'pairs_active', count(*)::text FROM ctok.access WHERE state = 'active'
		UNION ALL SELECT 'learners', count(DISTINCT person_id)::text FROM ctok.access
		UNION ALL SELECT 'refund_ambiguous_orders', count(*)::text FROM rule.finding_now WHERE class = 'REFUND_AMBIGUOUS'
		UNION ALL SELECT 'course.' || substr(t.reference, 11), count(*)::text FROM ctok.access a JOIN ctok.target t USING (tenant_id, target_id)
			WHERE a.state = 'active' GROUP BY t.reference
		UNION ALL SELECT 'money.' || m.what || '.' || d.currency, sum(m.amount)::text FROM ctok.document d
			CROSS JOIN LATERAL (VALUES ('total', d.total_minor), ('subtotal', d.subtotal_minor), ('discount', d.discount_minor), ('tax', d.tax_minor),
				('shipping', d.shipping_minor), ('refunded', d.refunded_minor)) AS m(what, amount) GROUP BY m.what, d.currency
		UNION ALL SELECT 'money.charged.' || currency, sum(amount_minor)::text FROM ctok.movement WHERE kind = 'charge' GROUP BY currency"
}
numbers >"$dir/numbers"
expect "the engine's numbers are the generator's" "" "$(/usr/bin/python3 tests/support/expected.py "$dir/expected.json" <"$dir/numbers" 2>&1)"
expect "every unit stands once" "$(sql "SELECT count(*) FROM ctok.unit")" "$(sql "SELECT count(DISTINCT unit_id) FROM rule.unit_class")"
expect "an unmapped product is one finding and ties" "1" "$(sql "SELECT count(DISTINCT product_id) FROM ctok.finding WHERE class = 'UNMAPPED_PRODUCT' AND cleared_at IS NULL")"

admin go-live --since "$(cat "$dir/sandbox/first-day")"
expect "going live" 0 "$code"
night
expect "the live night ends well" 0 "$code"
expect "nothing is left to do" 0 "$(sql "SELECT count(*) FROM ctok.action WHERE state IN ('open', 'sending')")"
expect "every control ties" "" "$(sql "SELECT control, currency FROM rule.control_now WHERE expected <> actual")"
expect "who is not matched needs a person" "" "$(sql "SELECT class FROM ctok.finding WHERE cleared_at IS NULL AND class IN ('NOT_APPLIED', 'TRIAL', 'MOVED', 'REFUSED')")"
expect "certificates are in the mail" "$(sql "SELECT count(*) FROM ctok.issue WHERE state = 'live'")" "$(mails)"

book=$(ls -t "$dir"/state/report/*.xlsx | head -1)
/usr/bin/python3 tests/support/check_workbook.py "$book" >"$dir/out" 2>&1
expect "openpyxl finds every check cell 0" 0 $?
/usr/bin/python3 tests/support/recalculate_workbook.py "$book" >"$dir/out" 2>&1
expect "LibreOffice comes to the same figures" 0 $?

state_before=$(state) rows_before=$(rows) writes_before=$(writes) mails_before=$(mails)
night
expect "the quiet night ends well" 0 "$code"
expect "it writes nothing to Moodle" "$writes_before" "$(writes)"
expect "Moodle is the same" "$state_before" "$(state)"
expect "it mails nobody" "$mails_before" "$(mails)"
expect "and adds no row but the run's own" "$rows_before" "$(rows)"

sql "SELECT set_config('default_transaction_read_only', 'off', false)" >/dev/null
sql "DELETE FROM ctok.unit WHERE unit_id = (SELECT min(unit_id) FROM rule.unit_class WHERE code = 'NOT_A_COURSE')"
night
expect "a unit deleted behind our back does not tie" 11 "$code"
finish
