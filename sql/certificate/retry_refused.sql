-- What could not be drawn is tried again with the name and the course as they are now, once one of them or anything that its look depends on
-- has changed. $1: templates, $2: locales, $3: what their look depends on now.
UPDATE ctok.issue i
   SET state = 'planned', failure = '', learner_name = n.learner_name, course_name = n.course_name
  FROM (SELECT r.issue_id, l.print,
               coalesce(rule.moodle_name(u.firstname, u.lastname), r.learner_name) AS learner_name,
               coalesce(c.fullname, r.course_name) AS course_name
          FROM ctok.issue r
          LEFT JOIN ctok.account a ON a.tenant_id = r.tenant_id AND a.site_id = r.site_id AND a.person_id = r.person_id
          LEFT JOIN ctok.mirror_user u ON u.tenant_id = a.tenant_id AND u.site_id = a.site_id AND u.user_id = a.user_id
          LEFT JOIN ctok.mirror_course c ON c.tenant_id = r.tenant_id AND c.site_id = r.site_id AND c.course_id = r.course_id
          LEFT JOIN unnest($1::text[], $2::text[], $3::text[]) AS l(template, locale, print) ON l.template = r.template AND l.locale = r.locale
         WHERE r.tenant_id = ctok.current_tenant() AND r.state = 'refused') n
 WHERE i.tenant_id = ctok.current_tenant() AND i.issue_id = n.issue_id
   AND ((i.learner_name, i.course_name) IS DISTINCT FROM (n.learner_name, n.course_name) OR i.refused_with IS DISTINCT FROM n.print)
