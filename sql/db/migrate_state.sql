-- The migrations that were applied, in order, and the rules' digest in the last row.
SELECT name, sha256 FROM (
    SELECT 0 AS part, name, sha256 FROM ctok.schema_migration
    UNION ALL
    SELECT 1, NULL, sha256 FROM ctok.schema_rules
) AS state
ORDER BY part, name COLLATE "C"
