-- The audit log's digests. Length-prefixed by JSON's own quoting, so that no two rows give the same text.

CREATE FUNCTION rule.audit_row_digest(
    a_tenant_id bigint, a_batch_id bigint, a_row_no bigint, a_run_id bigint, a_what text, a_subject text, a_detail jsonb, a_at timestamptz
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(convert_to(jsonb_build_array(a_tenant_id, a_batch_id, a_row_no, a_run_id, a_what, a_subject, a_detail,
    (extract(epoch FROM a_at) * 1000000)::bigint)::text, 'UTF8'));

CREATE FUNCTION rule.audit_batch_digest(a_previous bytea, a_chain_no bigint, a_run_id bigint, a_row_count bigint, a_rows bytea)
RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(a_previous || convert_to(a_chain_no || ' ' || a_run_id || ' ' || a_row_count || ' ', 'UTF8') || a_rows);

-- Each batch of the tenant as it is and as it should be, in the order of the chain; rows of no batch come last.
CREATE VIEW rule.audit_check WITH (security_invoker) AS
SELECT coalesce(b.tenant_id, r.tenant_id) AS tenant_id, coalesce(b.batch_id, r.batch_id) AS batch_id, b.chain_no,
    CASE
        WHEN b.batch_id IS NULL THEN 'rows without a batch'
        WHEN b.chain_no <> b.place THEN 'a batch before it is missing'
        WHEN b.previous <> b.previous_digest THEN 'it does not follow the batch before it'
        WHEN b.row_count <> coalesce(r.row_count, 0) THEN 'a row is missing or was added'
        WHEN NOT coalesce(r.whole, true) THEN 'a row was changed'
        WHEN b.digest <> rule.audit_batch_digest(b.previous, b.chain_no, b.run_id, b.row_count, coalesce(r.digests, ''))
            THEN 'its rows are not those that were sealed'
    END AS fault
FROM (
    SELECT tenant_id, batch_id, chain_no, run_id, row_count, previous, digest,
        row_number() OVER chain AS place,
        coalesce(lag(digest) OVER chain, decode(repeat('00', 32), 'hex')) AS previous_digest
    FROM ctok.audit_batch
    WINDOW chain AS (PARTITION BY tenant_id ORDER BY chain_no)
) AS b
FULL JOIN (
    SELECT tenant_id, batch_id, count(*) AS row_count, string_agg(digest, '' ORDER BY row_no) AS digests,
        bool_and(digest = rule.audit_row_digest(tenant_id, batch_id, row_no, run_id, what, subject, detail, at)) AS whole
    FROM ctok.audit_row
    GROUP BY tenant_id, batch_id
) AS r ON r.tenant_id = b.tenant_id AND r.batch_id = b.batch_id;
