-- Clients of source $1 that are disabled, as run $2 found them; reconcile looks at what those bought of whom that is news.
WITH changed AS (
    INSERT INTO ctok.client_disabled (tenant_id, source_id, client_key, disabled_at, said)
    SELECT r.tenant_id, $1::bigint, s.client_key, coalesce(s.disabled_at, r.effective_at), s.disabled_at IS NOT NULL
      FROM (SELECT client_key, min(disabled_at) AS disabled_at FROM sale_client GROUP BY client_key) s
     CROSS JOIN (SELECT tenant_id, effective_at FROM ctok.run WHERE run_id = $2::bigint) r
    ON CONFLICT (tenant_id, source_id, client_key) DO UPDATE SET disabled_at = excluded.disabled_at, said = excluded.said
     -- When the source says nothing, it is known since it was first seen.
     WHERE excluded.said AND (client_disabled.disabled_at, client_disabled.said) IS DISTINCT FROM (excluded.disabled_at, excluded.said)
    RETURNING client_key
)
INSERT INTO ctok.dirty_document (tenant_id, document_id)
SELECT DISTINCT d.tenant_id, d.document_id
  FROM changed c
  JOIN ctok.document_reference f ON f.tenant_id = ctok.current_tenant() AND f.name = 'client' AND f.value = c.client_key
  JOIN ctok.document d ON d.tenant_id = f.tenant_id AND d.document_id = f.document_id AND d.source_id = $1::bigint
ON CONFLICT DO NOTHING
