-- How many batches there are, and the first one that does not fit.
SELECT (SELECT count(*) FROM ctok.audit_batch) AS batches, bad.batch_id, bad.fault
FROM (SELECT) AS one
LEFT JOIN (
    SELECT batch_id, fault FROM rule.audit_check WHERE fault IS NOT NULL ORDER BY chain_no NULLS LAST, batch_id LIMIT 1
) AS bad ON true
