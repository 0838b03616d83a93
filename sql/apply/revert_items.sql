-- The actions of a run, and those of an undoing of it that was cut off. $1: run, $2: e-mails, $3: courses, $4: kinds (NULL: all).
WITH mine AS (
    SELECT x.action_id, x.roles_before
      FROM rule.run_action x
      JOIN ctok.action a ON a.tenant_id = x.tenant_id AND a.action_id = x.action_id
      JOIN ctok.person p ON p.tenant_id = a.tenant_id AND p.person_id = a.person_id
      LEFT JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
      LEFT JOIN ctok.mirror_course c ON c.tenant_id = a.tenant_id AND c.site_id = a.site_id AND c.course_id = a.course_id
     WHERE x.tenant_id = ctok.current_tenant() AND x.run_id = $1::bigint
       AND ($2::text[] IS NULL
            OR EXISTS (SELECT 1 FROM ctok.person_email e
                        WHERE e.tenant_id = a.tenant_id AND e.person_id = a.person_id AND e.email = ANY ($2::text[])))
       AND ($3::text[] IS NULL OR lower(coalesce(c.shortname, split_part(t.reference, ':', 2))) IN (SELECT lower(f) FROM unnest($3::text[]) AS f))
       AND ($4::text[] IS NULL OR a.kind = ANY ($4::text[]))
), part AS (
    SELECT action_id, 'run' AS part, roles_before FROM mine
    UNION ALL
    SELECT u.action_id, 'undo', NULL
      FROM mine m
      JOIN ctok.action u ON u.tenant_id = ctok.current_tenant() AND u.undoes = m.action_id AND u.state = 'sending'
)
INSERT INTO undo_item (action_id, part, kind, state, site_id, person_id, target_id, course_id, user_id, role, undoes, bars, before_status,
                       before_start, before_end, after_status, after_start, after_end, ours_before, roles_before)
SELECT a.action_id, p.part, a.kind, a.state, a.site_id, a.person_id, a.target_id, a.course_id, a.user_id, a.role, a.undoes, a.bars,
       a.before_status, a.before_start, a.before_end, a.after_status, a.after_start, a.after_end, o.before, p.roles_before
  FROM part p
  JOIN ctok.action a ON a.tenant_id = ctok.current_tenant() AND a.action_id = p.action_id
  LEFT JOIN rule.action_ours o ON o.tenant_id = a.tenant_id AND o.action_id = a.action_id
