-- What was decided: what holds or will with the next reconcile, and, if ${1}, what held once.
SELECT d.decision_id, d.what, CASE WHEN d.until_at IS NOT NULL THEN ', until ' || rule.last_day(d.until_at, rule.zone()) ELSE '' END AS until,
       rule.decision_state_words(d.state) AS state, to_char(d.asked_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD') AS day, d.who_name, d.reason,
       to_char(d.ended_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD') AS ended_on,
       CASE WHEN d.revoked_at IS NOT NULL THEN format('; taken back by %s: %s', d.revoked_who, d.revoked_reason) ELSE '' END AS revoked
  FROM rule.decision_word d
 WHERE d.tenant_id = ctok.current_tenant() AND (d.ended_at IS NOT NULL) = $1::boolean
 ORDER BY d.decision_id
