-- The split of merge ${1} gives back to record ${2} what it had brought to person ${3}, and what came since for one of its addresses.
WITH entitlements AS (
    UPDATE ctok.entitlement e
       SET person_id = $2::bigint
     WHERE e.tenant_id = (SELECT ctok.current_tenant()) AND e.person_id = $3::bigint
       AND (e.entitlement_id IN (SELECT r.key FROM ctok.person_merge_row r
                                  WHERE r.tenant_id = (SELECT ctok.current_tenant()) AND r.merge_id = $1::bigint AND r.kind = 'entitlement')
            OR (e.matched_at >= (SELECT m.merged_at FROM ctok.person_merge m
                                  WHERE m.tenant_id = (SELECT ctok.current_tenant()) AND m.merge_id = $1::bigint)
                AND EXISTS (SELECT 1 FROM rule.unit_verdict v
                              JOIN ctok.person_contact k ON k.tenant_id = v.tenant_id AND k.contact_id = v.learner_contact_id
                             WHERE v.tenant_id = e.tenant_id AND v.unit_id = e.unit_id AND v.document_id = e.document_id
                               AND k.person_id = $2::bigint)))
    RETURNING e.tenant_id, e.document_id
), dirty AS (
    INSERT INTO ctok.dirty_document (tenant_id, document_id)
    SELECT DISTINCT tenant_id, document_id FROM entitlements WHERE document_id > 0
    ON CONFLICT DO NOTHING
), decisions AS (
    UPDATE ctok.decision d
       SET person_id = $2::bigint
      FROM ctok.person_merge_row r
     WHERE r.tenant_id = (SELECT ctok.current_tenant()) AND r.merge_id = $1::bigint AND r.kind = 'decision'
       AND d.tenant_id = r.tenant_id AND d.decision_id = r.key
), accounts AS (
    UPDATE ctok.account a
       SET person_id = $2::bigint
      FROM ctok.person_merge_row r
     WHERE r.tenant_id = (SELECT ctok.current_tenant()) AND r.merge_id = $1::bigint AND r.kind = 'account'
       AND a.tenant_id = r.tenant_id AND a.site_id = r.key AND a.person_id = $3::bigint
), moved AS (
    INSERT INTO ctok.dirty_person (tenant_id, person_id)
    SELECT ctok.current_tenant(), p FROM unnest(ARRAY[$2::bigint, $3::bigint]) AS p
    ON CONFLICT DO NOTHING
)
UPDATE ctok.person_merge
   SET split_at = rule.now()
 WHERE tenant_id = (SELECT ctok.current_tenant()) AND merge_id = $1::bigint
