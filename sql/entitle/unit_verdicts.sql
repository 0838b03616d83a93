-- What each unit of these documents gives, judged once for all steps.
CREATE TEMP TABLE unit_now ON COMMIT DROP AS
SELECT v.*
  FROM look_document d
  JOIN rule.unit_verdict v ON v.tenant_id = d.tenant_id AND v.document_id = d.document_id
