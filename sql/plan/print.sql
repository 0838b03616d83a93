-- Waiting actions as people read them. $1: the tenant's zone.
SELECT s.name AS site, coalesce(c.shortname, '') AS course, coalesce(c.fullname, '') AS course_name,
       a.kind, a.reason, coalesce(lower(left(w.words, 1)) || substr(w.words, 2), a.reason) AS why, a.cohort, a.trial, CASE WHEN a.state = 'held' THEN lower(coalesce(h.words, a.held_why)) ELSE '' END AS held, a.failure, p.display_name AS name, p.email,
       coalesce(u.username, '') AS username, coalesce(rule.changed_words(a.tenant_id, a.action_id, false), '') AS says,
       coalesce(rule.changed_words(a.tenant_id, a.action_id, true), '') AS said,
       CASE WHEN a.after_start IS NULL OR a.after_start = 0 THEN '' ELSE to_char(to_timestamp(a.after_start) AT TIME ZONE $1, 'YYYY-MM-DD') END AS start_day,
       CASE WHEN a.before_end IS NULL OR a.before_end = 0 THEN '' ELSE to_char(to_timestamp(a.before_end) AT TIME ZONE $1, 'YYYY-MM-DD HH24:MI') END AS before_end,
       CASE WHEN a.after_end IS NULL OR a.after_end = 0 THEN '' ELSE to_char(to_timestamp(a.after_end) AT TIME ZONE $1, 'YYYY-MM-DD HH24:MI') END AS after_end,
       CASE WHEN x.ends_at IS NULL THEN '' WHEN x.ends_at = 'infinity' THEN 'without end'
            ELSE to_char(x.ends_at AT TIME ZONE $1, 'YYYY-MM-DD') END AS paid_until
  FROM ctok.action a
  JOIN ctok.site s ON s.tenant_id = a.tenant_id AND s.site_id = a.site_id
  JOIN ctok.person p ON p.tenant_id = a.tenant_id AND p.person_id = a.person_id
  LEFT JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = a.tenant_id AND c.site_id = a.site_id AND c.course_id = t.course_id
  LEFT JOIN ctok.mirror_user u ON u.tenant_id = a.tenant_id AND u.site_id = a.site_id AND u.user_id = a.user_id
  LEFT JOIN rule.held_word h ON h.code = a.held_why
  LEFT JOIN rule.report_word w ON w.kind = 'reason' AND w.code = a.reason
  LEFT JOIN ctok.access x ON x.tenant_id = a.tenant_id AND x.person_id = a.person_id AND x.target_id = a.target_id
 WHERE a.state IN ('open', 'held', 'sending')
 ORDER BY s.name, a.target_id IS NOT NULL, a.cohort, c.shortname, a.kind, p.display_name, p.email, a.action_id
