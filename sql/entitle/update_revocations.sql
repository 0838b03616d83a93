-- Refunds, cancellations, lines taken out of changed documents and documents that turn out to be tests end their
-- entitlements; what was taken back revives them.
WITH now_void AS (
    SELECT e.tenant_id, e.entitlement_id,
           CASE WHEN v.gone OR d.status = 'test' THEN d.modified_at ELSE v.revoked_at END AS revoked_at,
           CASE WHEN v.gone THEN 'line_gone' WHEN d.status = 'test' THEN 'test_order' ELSE v.revoked_why END AS why
      FROM unit_now v
      JOIN ctok.entitlement e ON e.tenant_id = v.tenant_id AND e.unit_id = v.unit_id
      JOIN ctok.document d ON d.tenant_id = v.tenant_id AND d.document_id = v.document_id
), changed AS (
    UPDATE ctok.entitlement e
       -- A line that vanished, or an order that became a test, keeps the moment that was first seen.
       SET revoked_at = CASE WHEN n.why IN ('line_gone', 'test_order') AND e.revoked_why = n.why THEN e.revoked_at ELSE n.revoked_at END,
           revoked_why = n.why
      FROM now_void n
     WHERE e.tenant_id = n.tenant_id AND e.entitlement_id = n.entitlement_id
       AND (e.revoked_why IS DISTINCT FROM n.why OR (n.why NOT IN ('line_gone', 'test_order') AND e.revoked_at IS DISTINCT FROM n.revoked_at))
    RETURNING e.person_id, e.target_id
)
INSERT INTO dirty_pair
SELECT person_id, target_id FROM changed
