-- The night's steps of this tenant. $1: night.
SELECT r.program, r.run_id, coalesce(r.exit_code, -1) AS exit_code,
       coalesce((SELECT string_agg(replace(c.key, '_', ' ') || ' ' || c.value, ', ' ORDER BY c.nth)
                   FROM json_each_text(r.counts::json) WITH ORDINALITY AS c(key, value, nth) WHERE c.value <> '0'), 'nothing to do') AS counts
  FROM ctok.run r
 WHERE r.tenant_id = ctok.current_tenant() AND r.night_id = $1::bigint AND r.program <> 'ctok-nightly'
 ORDER BY r.run_id
