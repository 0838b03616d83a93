-- How a person's name stands on certificates, and whether that is in doubt. $1: person.
SELECT coalesce(u.name, p.display_name) AS name,
       EXISTS (SELECT 1 FROM rule.doubted_name n WHERE n.tenant_id = p.tenant_id AND n.person_id = p.person_id)::int AS doubted
  FROM ctok.person p
  LEFT JOIN LATERAL (
        SELECT rule.moodle_name(m.firstname, m.lastname) AS name
          FROM ctok.account a
          JOIN ctok.mirror_user m ON m.tenant_id = a.tenant_id AND m.site_id = a.site_id AND m.user_id = a.user_id
         WHERE a.tenant_id = p.tenant_id AND a.person_id = p.person_id
         ORDER BY a.site_id
         LIMIT 1
       ) u ON true
 WHERE p.tenant_id = ctok.current_tenant() AND p.person_id = $1::bigint
