-- The source named $1 and how far it has been read.
SELECT s.source_id, floor(extract(epoch FROM t.watermark))::bigint AS watermark_utc,
       EXISTS (SELECT 1 FROM ctok.document d WHERE d.tenant_id = s.tenant_id AND d.source_id = s.source_id) AS has_documents
  FROM ctok.source s
  LEFT JOIN ctok.source_state t ON t.tenant_id = s.tenant_id AND t.source_id = s.source_id
 WHERE s.tenant_id = ctok.current_tenant() AND s.name = $1
