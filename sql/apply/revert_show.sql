-- The judged actions as people read them.
SELECT i.verdict, i.kind, i.undo_kind, s.name AS site, coalesce(c.shortname, split_part(t.reference, ':', 2), '') AS course, p.display_name AS name, p.email,
       i.role, i.kind = 'unenrol' AND i.undo_kind <> 'unenrol' AS comes_back, coalesce(i.roles_before = '' AND i.before_status IS NOT NULL, false) AS had_no_role,
       coalesce(e.read_level, 1) AS read_level,
       CASE WHEN e.read_level = 3 THEN CASE WHEN i.was_status IS NULL THEN 'not enrolled' WHEN i.was_status = 0 THEN 'with access' ELSE 'without access' END
            WHEN i.kind = 'update_account' THEN rule.changed_words(ctok.current_tenant(), i.action_id, true)
            ELSE rule.enrolment_words(i.was_status, i.was_start, i.was_end) END AS was,
       CASE WHEN i.kind = 'update_account'
            THEN coalesce((SELECT string_agg(format('%s "%s"', n.field, n.value), ', ' ORDER BY n.field) FROM undo_says n WHERE n.action_id = i.action_id),
                          'not shown')
            WHEN e.present IS NOT TRUE THEN 'not enrolled'
            WHEN e.read_level = 3 THEN CASE WHEN e.active THEN 'with access' ELSE 'without access' END
            ELSE rule.enrolment_words(e.status, e.time_start, e.time_end) END AS now,
       CASE WHEN i.kind = 'update_account' THEN rule.changed_words(ctok.current_tenant(), i.action_id, false)
            ELSE rule.enrolment_words(i.undo_status, i.undo_start, i.undo_end) END AS becomes,
       coalesce(i.later_run::text, '') AS later_run
  FROM undo_item i
  JOIN ctok.site s ON s.tenant_id = ctok.current_tenant() AND s.site_id = i.site_id
  JOIN ctok.person p ON p.tenant_id = ctok.current_tenant() AND p.person_id = i.person_id
  LEFT JOIN ctok.target t ON t.tenant_id = ctok.current_tenant() AND t.target_id = i.target_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = ctok.current_tenant() AND c.site_id = i.site_id AND c.course_id = i.course_id
  LEFT JOIN undo_seen e ON e.site_id = i.site_id AND e.course_id = i.course_id AND e.user_id = i.user_id
 WHERE i.part = 'run' AND i.verdict = ANY ($1::text[])
 ORDER BY s.name, c.shortname, i.undo_kind, p.display_name, p.email, i.action_id
