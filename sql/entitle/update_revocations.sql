-- Refunds, cancellations and lines taken out of changed documents end their entitlements; what was taken back revives them.
WITH now_void AS (
    SELECT e.tenant_id, e.entitlement_id,
           CASE WHEN u.gone OR l.gone THEN d.modified_at ELSE v.revoked_at END AS revoked_at,
           CASE WHEN u.gone OR l.gone THEN 'line_gone' ELSE v.why END AS why
      FROM ctok.dirty_document x
      JOIN ctok.entitlement e ON e.tenant_id = x.tenant_id AND e.document_id = x.document_id
      JOIN ctok.unit u ON u.tenant_id = e.tenant_id AND u.unit_id = e.unit_id
      JOIN ctok.line l ON l.tenant_id = u.tenant_id AND l.document_id = u.document_id AND l.line_no = u.line_no
      JOIN ctok.document d ON d.tenant_id = e.tenant_id AND d.document_id = e.document_id
      LEFT JOIN rule.unit_void v ON v.tenant_id = e.tenant_id AND v.unit_id = e.unit_id
), changed AS (
    UPDATE ctok.entitlement e
       -- A line that vanished keeps the moment it was first missed.
       SET revoked_at = CASE WHEN n.why = 'line_gone' AND e.revoked_why = 'line_gone' THEN e.revoked_at ELSE n.revoked_at END,
           revoked_why = n.why
      FROM now_void n
     WHERE e.tenant_id = n.tenant_id AND e.entitlement_id = n.entitlement_id
       AND (e.revoked_why IS DISTINCT FROM n.why OR (n.why <> 'line_gone' AND e.revoked_at IS DISTINCT FROM n.revoked_at))
    RETURNING e.person_id, e.target_id
)
INSERT INTO dirty_pair
SELECT DISTINCT person_id, target_id FROM changed
ON CONFLICT DO NOTHING
