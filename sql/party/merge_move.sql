-- Merge ${1} gives what it noted, and the addresses, of record ${2} to person ${3}. (A debt is told anew to whom it is now.)
WITH entitlements AS (
    UPDATE ctok.entitlement e
       SET person_id = $3::bigint
      FROM ctok.person_merge_row r
     WHERE r.tenant_id = (SELECT ctok.current_tenant()) AND r.merge_id = $1::bigint AND r.kind = 'entitlement'
       AND e.tenant_id = r.tenant_id AND e.entitlement_id = r.key
    RETURNING e.tenant_id, e.document_id
), dirty AS (
    INSERT INTO ctok.dirty_document (tenant_id, document_id)
    SELECT DISTINCT tenant_id, document_id FROM entitlements WHERE document_id > 0
    ON CONFLICT DO NOTHING
), decisions AS (
    UPDATE ctok.decision d
       SET person_id = $3::bigint
      FROM ctok.person_merge_row r
     WHERE r.tenant_id = (SELECT ctok.current_tenant()) AND r.merge_id = $1::bigint AND r.kind = 'decision'
       AND d.tenant_id = r.tenant_id AND d.decision_id = r.key
), accounts AS (
    UPDATE ctok.account a
       SET person_id = $3::bigint
      FROM ctok.person_merge_row r
     WHERE r.tenant_id = (SELECT ctok.current_tenant()) AND r.merge_id = $1::bigint AND r.kind = 'account'
       AND a.tenant_id = r.tenant_id AND a.site_id = r.key AND a.person_id = $2::bigint
), emails AS (
    UPDATE ctok.person_email k
       SET person_id = $3::bigint, origin_id = coalesce(k.origin_id, k.person_id)
     WHERE k.tenant_id = (SELECT ctok.current_tenant()) AND k.person_id = $2::bigint
), contacts AS (
    UPDATE ctok.person_contact k
       SET person_id = $3::bigint
     WHERE k.tenant_id = (SELECT ctok.current_tenant()) AND k.person_id = $2::bigint
), debts AS (
    UPDATE ctok.debt_episode d
       SET cured_at = rule.now()
     WHERE d.tenant_id = (SELECT ctok.current_tenant()) AND d.person_id = $2::bigint AND d.cured_at IS NULL
), moved AS (
    INSERT INTO ctok.dirty_person (tenant_id, person_id)
    SELECT ctok.current_tenant(), p FROM unnest(ARRAY[$2::bigint, $3::bigint]) AS p
    ON CONFLICT DO NOTHING
)
UPDATE ctok.person_merge
   SET merged_at = rule.now()
 WHERE tenant_id = (SELECT ctok.current_tenant()) AND merge_id = $1::bigint
