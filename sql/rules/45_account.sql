-- Accounts that must be left alone.

-- Persons whose addresses belong to several accounts, or to one that is somebody else's already.
CREATE VIEW rule.ambiguous_person WITH (security_invoker = true) AS
SELECT e.tenant_id, u.site_id, e.person_id, count(*) AS accounts
  FROM ctok.person_email e
  JOIN ctok.mirror_user u ON u.tenant_id = e.tenant_id AND u.email_key = e.email
  LEFT JOIN ctok.account k ON k.tenant_id = u.tenant_id AND k.site_id = u.site_id AND k.user_id = u.user_id
 WHERE k.person_id IS DISTINCT FROM e.person_id
 GROUP BY e.tenant_id, u.site_id, e.person_id;

-- Accounts that the configuration protects, by user name or e-mail.
CREATE VIEW rule.protected_user WITH (security_invoker = true) AS
SELECT DISTINCT u.tenant_id, u.site_id, u.user_id
  FROM ctok.protected_account p
  JOIN ctok.mirror_user u ON u.tenant_id = p.tenant_id AND u.site_id = p.site_id AND p.name IN (u.username, u.email_key);

-- Users who have a role in a course that is no rule's student role.
CREATE VIEW rule.staff_row WITH (security_invoker = true) AS
SELECT DISTINCT m.tenant_id, m.site_id, m.course_id, m.user_id
  FROM ctok.mirror_enrolment m
  JOIN (SELECT r.tenant_id, r.site_id, array_agg(DISTINCT coalesce(nullif(r.role, ''), 'student')) AS roles
          FROM ctok.product_rule r
         GROUP BY r.tenant_id, r.site_id) s ON s.tenant_id = m.tenant_id AND s.site_id = m.site_id
 WHERE m.roles <> '' AND NOT string_to_array(m.roles, ',') <@ s.roles;
