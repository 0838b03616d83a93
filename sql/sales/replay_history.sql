-- Everything that is stored of source $1, in the order in which it was met. A round is what one merge took in: credit notes and originals that came
-- together go together. Versions from before merges had numbers go by their run, the second one of a document in it after the first.
CREATE TEMP TABLE replay_version ON COMMIT DROP AS
SELECT dense_rank() OVER (ORDER BY x.run_id, x.merge_no NULLS FIRST, x.nth)::integer AS round, x.run_id, x.document_id, x.version
  FROM (SELECT v.run_id, v.merge_no, v.document_id, v.version,
               CASE WHEN v.merge_no IS NULL
                    THEN (SELECT count(*) FROM ctok.document_version w
                           WHERE w.tenant_id = v.tenant_id AND w.document_id = v.document_id AND w.run_id = v.run_id AND w.merge_no IS NULL
                             AND w.version < v.version)
               END AS nth
          FROM ctok.document d
          JOIN ctok.document_version v ON v.tenant_id = d.tenant_id AND v.document_id = d.document_id
         WHERE d.tenant_id = ctok.current_tenant() AND d.source_id = $1::bigint
         UNION ALL
        -- A run that met settlements alone is a round without documents.
        SELECT DISTINCT s.run_id, NULL::bigint, NULL::bigint, NULL::integer, NULL::bigint
          FROM ctok.settlement s
         WHERE s.tenant_id = ctok.current_tenant() AND s.source_id = $1::bigint
           AND NOT EXISTS (SELECT 1
                             FROM ctok.document_version v
                             JOIN ctok.document d ON d.tenant_id = v.tenant_id AND d.document_id = v.document_id AND d.source_id = s.source_id
                            WHERE v.tenant_id = s.tenant_id AND v.run_id = s.run_id)) x
