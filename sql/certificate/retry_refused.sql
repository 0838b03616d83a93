-- What could not be drawn is tried again with the name and the course as they are now.
UPDATE ctok.issue i
   SET state = 'planned', failure = '',
       learner_name = coalesce(nullif(trim(both ' ' FROM u.firstname || ' ' || CASE u.lastname WHEN '-' THEN '' ELSE u.lastname END), ''),
                               i.learner_name),
       course_name = c.fullname
  FROM ctok.account a, ctok.mirror_user u, ctok.mirror_course c
 WHERE i.tenant_id = ctok.current_tenant() AND i.state = 'refused'
   AND a.tenant_id = i.tenant_id AND a.site_id = i.site_id AND a.person_id = i.person_id
   AND u.tenant_id = a.tenant_id AND u.site_id = a.site_id AND u.user_id = a.user_id
   AND c.tenant_id = i.tenant_id AND c.site_id = i.site_id AND c.course_id = i.course_id
   AND (i.learner_name, i.course_name) IS DISTINCT FROM
       (coalesce(nullif(trim(both ' ' FROM u.firstname || ' ' || CASE u.lastname WHEN '-' THEN '' ELSE u.lastname END), ''), i.learner_name),
        c.fullname)
