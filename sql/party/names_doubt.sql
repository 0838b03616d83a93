-- One address, two names that cannot be one human's: nobody knows whose the right is until a person looks.
INSERT INTO ctok.name_doubt (tenant_id, person_id, contact_id, seen_at)
SELECT DISTINCT c.tenant_id, c.person_id, c.contact_id, (SELECT rule.now())
  FROM name_called c
  JOIN name_said s ON s.person_id = c.person_id AND s.as_learner = c.as_learner AND s.name <> c.name
 WHERE NOT rule.same_name(s.name, c.name)
ON CONFLICT DO NOTHING
