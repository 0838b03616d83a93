-- Contacts that are nobody yet become persons: one per e-mail, found by any of its addresses.
WITH fresh AS (
    SELECT c.tenant_id, c.contact_id, c.email, c.name
      FROM ctok.contact c
      LEFT JOIN ctok.person_contact k ON k.tenant_id = c.tenant_id AND k.contact_id = c.contact_id
     WHERE k.contact_id IS NULL AND c.email <> ''
), made AS (
    INSERT INTO ctok.person (tenant_id, email, display_name, known_at)
    SELECT DISTINCT ON (f.email) f.tenant_id, f.email, f.name, rule.now()
      FROM fresh f
      LEFT JOIN ctok.person_email k ON k.tenant_id = f.tenant_id AND k.email = f.email
     WHERE k.email IS NULL
     ORDER BY f.email, f.name = '', f.contact_id DESC
    RETURNING tenant_id, person_id, email
), addressed AS (
    INSERT INTO ctok.person_email (tenant_id, email, person_id)
    SELECT tenant_id, email, person_id FROM made
    RETURNING tenant_id, email, person_id
)
INSERT INTO ctok.person_contact (tenant_id, contact_id, person_id)
SELECT f.tenant_id, f.contact_id, coalesce(a.person_id, k.person_id)
  FROM fresh f
  LEFT JOIN addressed a ON a.tenant_id = f.tenant_id AND a.email = f.email
  LEFT JOIN ctok.person_email k ON k.tenant_id = f.tenant_id AND k.email = f.email
