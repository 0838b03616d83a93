-- The links of the configuration: from source $1, field $2, to source $3, by $4, pattern $5. What concerns a source that left it stays.
WITH wanted AS (
    SELECT DISTINCT s.tenant_id, md5(concat_ws('|', s.source_id, w.field, t.source_id, w.by_field, w.pattern)) AS digest, s.source_id, w.field,
           t.source_id AS target_id, w.by_field, w.pattern
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS w (source, field, target, by_field, pattern)
      JOIN ctok.source s ON s.tenant_id = ctok.current_tenant() AND s.name = w.source
      JOIN ctok.source t ON t.tenant_id = s.tenant_id AND t.name = w.target
     -- A pattern that the database does not take is refused here, not in the middle of a night.
     WHERE coalesce(substring('' FROM w.pattern), '') = ''
), gone AS (
    DELETE FROM ctok.link l
     USING ctok.source s, ctok.source t
     WHERE s.tenant_id = l.tenant_id AND s.source_id = l.from_source_id AND NOT s.gone
       AND t.tenant_id = l.tenant_id AND t.source_id = l.to_source_id AND NOT t.gone
       AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.digest = l.digest)
    RETURNING 1
), made AS (
    INSERT INTO ctok.link (tenant_id, digest, from_source_id, field, to_source_id, by_field, pattern)
    SELECT * FROM wanted
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM made) AS changed
