-- One person for each e-mail that is nobody's, with the newest name given.
WITH made AS (
    INSERT INTO ctok.person (tenant_id, email, display_name, known_at)
    SELECT DISTINCT ON (f.email) f.tenant_id, f.email, f.name, rule.now()
      FROM contact_fresh f
     WHERE NOT EXISTS (SELECT 1 FROM ctok.person_email k WHERE k.tenant_id = f.tenant_id AND k.email = f.email)
     ORDER BY f.email, f.name = '', f.contact_id DESC
    RETURNING tenant_id, person_id, email
)
INSERT INTO ctok.person_email (tenant_id, email, person_id)
SELECT tenant_id, email, person_id FROM made
