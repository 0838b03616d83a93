-- What the kind of source $1 wants to remember: a JSON object of texts.
INSERT INTO ctok.source_cursor (tenant_id, source_id, name, value)
SELECT ctok.current_tenant(), $1::bigint, j.key, j.value
  FROM jsonb_each_text($2::jsonb) j
ON CONFLICT (tenant_id, source_id, name) DO UPDATE SET value = excluded.value
