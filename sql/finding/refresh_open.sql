-- New findings open, old ones follow the facts; one that comes back starts a new age.
INSERT INTO ctok.finding AS f (tenant_id, finding_id, class, risk, source_id, document_id, line_no, product_id, site_id, target_id, course_id,
                               person_id, user_id, units, risk_minor, currency, detail, first_seen, opened_run)
SELECT tenant_id, finding_id, class, risk, source_id, document_id, line_no, product_id, site_id, target_id, course_id, person_id, user_id,
       units, risk_minor, currency, detail, rule.now(), $1::bigint
  FROM finding_seen
ON CONFLICT (tenant_id, finding_id) DO UPDATE
   SET units = excluded.units, risk_minor = excluded.risk_minor, detail = excluded.detail, user_id = excluded.user_id,
       course_id = excluded.course_id,
       first_seen = CASE WHEN f.cleared_at IS NULL THEN f.first_seen ELSE excluded.first_seen END,
       opened_run = CASE WHEN f.cleared_at IS NULL THEN f.opened_run ELSE excluded.opened_run END,
       cleared_at = NULL, cleared_run = NULL
 WHERE (f.units, f.risk_minor, f.detail, f.user_id, f.course_id) IS DISTINCT FROM
       (excluded.units, excluded.risk_minor, excluded.detail, excluded.user_id, excluded.course_id) OR f.cleared_at IS NOT NULL
