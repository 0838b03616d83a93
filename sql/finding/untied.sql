SELECT control, currency, expected, actual
  FROM ctok.control_result
 WHERE tenant_id = ctok.current_tenant() AND run_id = $1::bigint AND expected <> actual
 ORDER BY control, currency
 LIMIT 1
