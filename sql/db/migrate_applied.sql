INSERT INTO ctok.schema_migration (name, sha256) VALUES ($1::text, $2::text)
