-- Record ${1}: what it is part of, what is under way for it.
SELECT p.person_id, p.email, p.display_name AS name, m.merge_id, m.into_id, m.merged_at IS NOT NULL AS merged, m.split_asked_at IS NOT NULL AS splitting,
       to_char(m.asked_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD') AS since,
       (SELECT count(*) FROM ctok.action a WHERE a.tenant_id = p.tenant_id AND a.person_id = p.person_id AND a.state = 'sending') AS sending
  FROM ctok.person p
  LEFT JOIN ctok.person_merge m ON m.tenant_id = p.tenant_id AND m.person_id = p.person_id AND m.split_at IS NULL
 WHERE p.tenant_id = (SELECT ctok.current_tenant()) AND p.person_id = $1::bigint
   FOR UPDATE OF p
