-- What merge ${1} moves: the entitlements of record ${2}, what was decided about it, and its accounts on sites where person ${3} has none. Where both have one, the
-- person's own stays, and the other is nobody's.
INSERT INTO ctok.person_merge_row (tenant_id, merge_id, kind, key)
SELECT e.tenant_id, $1::bigint, 'entitlement', e.entitlement_id
  FROM ctok.entitlement e
 WHERE e.tenant_id = (SELECT ctok.current_tenant()) AND e.person_id = $2::bigint
UNION ALL
SELECT a.tenant_id, $1::bigint, 'account', a.site_id
  FROM ctok.account a
 WHERE a.tenant_id = (SELECT ctok.current_tenant()) AND a.person_id = $2::bigint
   AND NOT EXISTS (SELECT 1 FROM ctok.account o WHERE o.tenant_id = a.tenant_id AND o.site_id = a.site_id AND o.person_id = $3::bigint)
UNION ALL
SELECT d.tenant_id, $1::bigint, 'decision', d.decision_id
  FROM ctok.decision d
 WHERE d.tenant_id = (SELECT ctok.current_tenant()) AND d.person_id = $2::bigint
