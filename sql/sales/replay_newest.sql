-- What is stored of source $1, each document in its newest version: what an older one said was superseded by the source itself.
CREATE TEMP TABLE replay_version ON COMMIT DROP AS
SELECT 1 AS round, NULL::bigint AS run_id, d.document_id, d.version
  FROM ctok.document d
 WHERE d.tenant_id = ctok.current_tenant() AND d.source_id = $1::bigint
