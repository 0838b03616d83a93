-- Who could settle several.
MERGE INTO ctok.deal_unclear AS u
USING deal_found AS f
   ON u.tenant_id = f.tenant_id AND u.document_id = f.document_id
 WHEN MATCHED AND (f.first_id IS NULL OR f.first_id = f.last_id) THEN DELETE
 WHEN MATCHED AND (u.first_id, u.last_id) IS DISTINCT FROM (f.first_id, f.last_id) THEN UPDATE SET first_id = f.first_id, last_id = f.last_id
 WHEN NOT MATCHED AND f.first_id <> f.last_id THEN INSERT (tenant_id, document_id, first_id, last_id) VALUES (f.tenant_id, f.document_id, f.first_id, f.last_id)
