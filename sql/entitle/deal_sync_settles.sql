-- Which source settles which ($1 and $2, names), whether the configuration says so ($3), the wait in seconds ($4) and what is reported ($5). What
-- concerns a source that left the configuration stays as it was.
WITH wanted AS (
    SELECT DISTINCT ON (s.source_id, t.source_id) s.tenant_id, s.source_id, t.source_id AS target_id, w.told, w.wait_s, w.unlinked
      FROM unnest($1::text[], $2::text[], $3::boolean[], $4::bigint[], $5::text[]) AS w (source, target, told, wait_s, unlinked)
      JOIN ctok.source s ON s.tenant_id = ctok.current_tenant() AND s.name = w.source
      JOIN ctok.source t ON t.tenant_id = s.tenant_id AND t.name = w.target
     ORDER BY s.source_id, t.source_id
), gone AS (
    DELETE FROM ctok.source_settles o
     USING ctok.source s, ctok.source t
     WHERE s.tenant_id = o.tenant_id AND s.source_id = o.source_id AND NOT s.gone
       AND t.tenant_id = o.tenant_id AND t.source_id = o.target_id AND NOT t.gone
       AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.source_id = o.source_id AND w.target_id = o.target_id)
    RETURNING 1
), made AS (
    INSERT INTO ctok.source_settles AS o (tenant_id, source_id, target_id, told, wait_s, unlinked)
    SELECT * FROM wanted
    ON CONFLICT (tenant_id, source_id, target_id) DO UPDATE SET told = excluded.told, wait_s = excluded.wait_s, unlinked = excluded.unlinked
     WHERE (o.told, o.wait_s, o.unlinked) IS DISTINCT FROM (excluded.told, excluded.wait_s, excluded.unlinked)
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM made) AS changed
