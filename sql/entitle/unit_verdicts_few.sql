-- The same for a few documents, each looked up. (OFFSET 0 keeps the planner from judging all units and joining then.)
CREATE TEMP TABLE unit_now ON COMMIT DROP AS
SELECT v.*
  FROM look_document d
 CROSS JOIN LATERAL (SELECT * FROM rule.unit_verdict v
                      WHERE v.tenant_id = d.tenant_id AND v.document_id = d.document_id
                     OFFSET 0) v
