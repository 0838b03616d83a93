INSERT INTO ctok.control_result (tenant_id, run_id, control, currency, expected, actual)
SELECT ctok.current_tenant(), $1::bigint, control, currency, expected, actual FROM control_seen
ON CONFLICT (tenant_id, run_id, control, currency) DO UPDATE SET expected = excluded.expected, actual = excluded.actual
