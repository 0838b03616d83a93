-- Chain a batch ($1) of a run ($2).
INSERT INTO ctok.audit_batch (tenant_id, batch_id, chain_no, run_id, row_count, previous, digest)
OVERRIDING SYSTEM VALUE
SELECT ctok.current_tenant(), $1::bigint, head.chain_no + 1, $2::bigint, rows.row_count, head.digest,
    rule.audit_batch_digest(head.digest, head.chain_no + 1, $2::bigint, rows.row_count, rows.digests)
FROM (
    SELECT chain_no, digest FROM ctok.audit_batch
    UNION ALL
    SELECT 0, decode(repeat('00', 32), 'hex')
    ORDER BY chain_no DESC
    LIMIT 1
) AS head, (
    SELECT count(*) AS row_count, string_agg(digest, '' ORDER BY row_no) AS digests FROM ctok.audit_row WHERE batch_id = $1::bigint
) AS rows
