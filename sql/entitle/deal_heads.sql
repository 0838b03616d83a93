-- The sales that they settle.
INSERT INTO ctok.deal_document (tenant_id, document_id, deal_id, part)
SELECT DISTINCT m.tenant_id, m.deal_id, m.deal_id, 'sale'
  FROM deal_reach r
  JOIN ctok.deal_document m ON m.tenant_id = r.tenant_id AND m.document_id = r.document_id AND m.part <> 'sale'
ON CONFLICT DO NOTHING
