-- batch, row number, run, what, subject, detail
WITH moment AS (SELECT clock_timestamp() AS at)
INSERT INTO ctok.audit_row (tenant_id, batch_id, row_no, run_id, what, subject, detail, at, digest)
SELECT ctok.current_tenant(), $1::bigint, $2::bigint, $3::bigint, $4::text, $5::text, $6::jsonb, at,
    rule.audit_row_digest(ctok.current_tenant(), $1::bigint, $2::bigint, $3::bigint, $4::text, $5::text, $6::jsonb, at)
FROM moment
