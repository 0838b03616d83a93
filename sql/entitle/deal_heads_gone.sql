-- Sales that nothing settles any more.
DELETE FROM ctok.deal_document h
 USING deal_reach r
 WHERE h.tenant_id = r.tenant_id AND h.document_id = r.document_id AND h.part = 'sale'
   AND NOT EXISTS (SELECT 1 FROM ctok.deal_document m WHERE m.tenant_id = h.tenant_id AND m.deal_id = h.deal_id AND m.part <> 'sale')
