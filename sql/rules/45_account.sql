-- Accounts that must be left alone.

-- Accounts with an address of a person, that are not known to be that person's.
CREATE VIEW rule.doubtful_account WITH (security_invoker = true) AS
SELECT e.tenant_id, u.site_id, e.person_id, u.user_id
  FROM ctok.person_email e
  JOIN ctok.mirror_user u ON u.tenant_id = e.tenant_id AND u.email_key = e.email
  LEFT JOIN ctok.account k ON k.tenant_id = u.tenant_id AND k.site_id = u.site_id AND k.user_id = u.user_id
 WHERE k.person_id IS DISTINCT FROM e.person_id;

-- Users who have a role in a course that is no rule's student role. (MATERIALIZED: gathered once, not for each of whom it is asked.)
CREATE VIEW rule.staff_row WITH (security_invoker = true) AS
WITH student AS MATERIALIZED (
    SELECT r.tenant_id, r.site_id, array_agg(DISTINCT coalesce(nullif(r.role, ''), i.role)) AS roles
      FROM ctok.product_rule r
      JOIN ctok.site i ON i.tenant_id = r.tenant_id AND i.site_id = r.site_id
     GROUP BY r.tenant_id, r.site_id
)
SELECT m.tenant_id, m.site_id, m.course_id, m.user_id
  FROM ctok.mirror_enrolment m
  JOIN student s ON s.tenant_id = m.tenant_id AND s.site_id = m.site_id
 WHERE m.roles <> '' AND NOT string_to_array(m.roles, ',') <@ s.roles;
