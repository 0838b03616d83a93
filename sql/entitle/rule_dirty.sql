-- Rules changed: look again at every document with a unit that entitles nobody so far, or in trial only.
INSERT INTO ctok.dirty_document (tenant_id, document_id)
SELECT u.tenant_id, u.document_id
  FROM ctok.unit u
 WHERE NOT EXISTS (SELECT 1 FROM ctok.entitlement e WHERE e.tenant_id = u.tenant_id AND e.unit_id = u.unit_id)
UNION
SELECT e.tenant_id, e.document_id
  FROM rule.entitlement_live e
 WHERE e.trial AND e.document_id > 0 -- no grant
ON CONFLICT DO NOTHING
