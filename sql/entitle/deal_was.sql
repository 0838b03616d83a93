-- What part they had, to tell whose changed.
CREATE TEMP TABLE deal_was ON COMMIT DROP AS
SELECT r.tenant_id, r.document_id, m.deal_id, m.part, u.first_id, u.last_id
  FROM deal_reach r
  LEFT JOIN ctok.deal_document m ON m.tenant_id = r.tenant_id AND m.document_id = r.document_id
  LEFT JOIN ctok.deal_unclear u ON u.tenant_id = r.tenant_id AND u.document_id = r.document_id;
ANALYZE deal_was
