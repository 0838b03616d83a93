-- A person is called what the newest document calls them: as learner before as buyer.
CREATE TEMP TABLE name_called ON COMMIT DROP AS
SELECT DISTINCT ON (person_id) tenant_id, person_id, contact_id, as_learner, name
  FROM name_said
 ORDER BY person_id, as_learner DESC, modified_at DESC, document_id DESC, line_no
