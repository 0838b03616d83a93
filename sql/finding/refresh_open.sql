-- New findings open, old ones follow the facts; one that comes back starts a new age. What is as it was is not touched.
MERGE INTO ctok.finding AS f
USING finding_seen AS s
   ON f.tenant_id = s.tenant_id AND f.finding_id = s.finding_id
 WHEN MATCHED AND ((f.risk, f.units, f.risk_minor, f.detail, f.user_id, f.course_id) IS DISTINCT FROM
                   (s.risk, s.units, s.risk_minor, s.detail, s.user_id, s.course_id) OR f.cleared_at IS NOT NULL) THEN
      UPDATE SET risk = s.risk, units = s.units, risk_minor = s.risk_minor, detail = s.detail, user_id = s.user_id, course_id = s.course_id,
                 first_seen = CASE WHEN f.cleared_at IS NULL THEN f.first_seen ELSE rule.now() END,
                 opened_run = CASE WHEN f.cleared_at IS NULL THEN f.opened_run ELSE $1::bigint END,
                 cleared_at = NULL, cleared_run = NULL
 WHEN NOT MATCHED THEN
      INSERT (tenant_id, finding_id, class, risk, source_id, document_id, line_no, product_id, site_id, target_id, course_id, person_id, user_id,
              units, risk_minor, currency, detail, first_seen, opened_run)
      VALUES (s.tenant_id, s.finding_id, s.class, s.risk, s.source_id, s.document_id, s.line_no, s.product_id, s.site_id, s.target_id, s.course_id,
              s.person_id, s.user_id, s.units, s.risk_minor, s.currency, s.detail, (SELECT rule.now()), $1::bigint)
