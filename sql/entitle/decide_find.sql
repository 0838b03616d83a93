-- Decision ${1}.
SELECT d.decision_id, d.kind, d.matter, d.begun_at IS NOT NULL AS begun, d.revoked_at IS NOT NULL AS revoked, d.ended_at IS NOT NULL AS ended,
       coalesce(w.state, '') AS state, rule.decision_state_words(w.state) AS state_words, to_char(d.ended_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD') AS ended_on
  FROM ctok.decision d
  JOIN rule.decision_word w ON w.tenant_id = d.tenant_id AND w.decision_id = d.decision_id
 WHERE d.tenant_id = (SELECT ctok.current_tenant()) AND d.decision_id = $1::bigint
