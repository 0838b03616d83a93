INSERT INTO ctok.schema_rules (sha256) VALUES ($1::text)
ON CONFLICT (only_row) DO UPDATE SET sha256 = excluded.sha256, replaced_at = now()
