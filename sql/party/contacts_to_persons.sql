-- Those contacts are the persons who have their address.
INSERT INTO ctok.person_contact (tenant_id, contact_id, person_id)
SELECT f.tenant_id, f.contact_id, k.person_id
  FROM contact_fresh f
  JOIN ctok.person_email k ON k.tenant_id = f.tenant_id AND k.email = f.email
