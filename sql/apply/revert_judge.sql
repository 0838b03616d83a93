-- What becomes of each action: it is undone when its enrolment is still as we left it, and left alone when somebody changed it since.
-- What an action made is what was done last to that person's course by it, by an earlier undoing of it, or by the undoing of that.
-- $1: remove what it made, instead of suspending it.
WITH RECURSIVE chain AS (
    SELECT i.action_id AS item_id, i.action_id FROM undo_item i WHERE i.part = 'run'
    UNION ALL
    SELECT c.item_id, u.action_id
      FROM chain c
      JOIN ctok.action u ON u.tenant_id = ctok.current_tenant() AND u.undoes = c.action_id AND u.state = 'done'
), last_done AS (
    SELECT DISTINCT ON (i.action_id) i.action_id AS item_id, a.action_id, a.after_status, a.after_start, a.after_end, a.ended_run
      FROM undo_item i
      JOIN ctok.action a ON a.tenant_id = ctok.current_tenant() AND a.person_id = i.person_id AND a.target_id = i.target_id
                        AND a.site_id = i.site_id AND a.state = 'done'
     WHERE i.part = 'run'
     ORDER BY i.action_id, a.action_id DESC
), image AS (
    SELECT i.action_id,
           CASE WHEN c.action_id IS NOT NULL THEN l.after_status ELSE i.after_status END AS was_status,
           CASE WHEN c.action_id IS NOT NULL THEN l.after_start ELSE i.after_start END AS was_start,
           CASE WHEN c.action_id IS NOT NULL THEN l.after_end ELSE i.after_end END AS was_end,
           -- A later change of ours that has nothing to do with this one.
           CASE WHEN c.action_id IS NULL AND (l.after_status, l.after_start, l.after_end) IS DISTINCT FROM (i.after_status, i.after_start, i.after_end)
                THEN l.ended_run END AS later_run,
           -- What was there before; an enrolment that was not is suspended, or removed.
           CASE WHEN i.before_status IS NOT NULL THEN i.before_status WHEN $1::boolean OR i.after_status IS NULL THEN NULL ELSE 1 END::smallint AS undo_status,
           CASE WHEN i.before_status IS NOT NULL THEN i.before_start WHEN $1::boolean THEN NULL ELSE i.after_start END AS undo_start,
           CASE WHEN i.before_status IS NOT NULL THEN i.before_end WHEN $1::boolean THEN NULL ELSE i.after_end END AS undo_end,
           CASE WHEN i.before_status IS NOT NULL THEN i.ours_before ELSE NOT $1::boolean END AS undo_ours
      FROM undo_item i
      LEFT JOIN last_done l ON l.item_id = i.action_id
      LEFT JOIN chain c ON c.item_id = i.action_id AND c.action_id = l.action_id
     WHERE i.part = 'run'
), compared AS (
    SELECT m.*, s.read_level, g.user_id IS NOT NULL AS ours_now,
           rule.same_image(s.read_level, s.present, s.active, s.status, s.time_start, s.time_end, s.time_created, m.was_status,
                           m.was_start, m.was_end, extract(epoch FROM rule.now())::bigint) AS as_left,
           rule.same_image(s.read_level, s.present, s.active, s.status, s.time_start, s.time_end, s.time_created, m.undo_status,
                           m.undo_start, m.undo_end, extract(epoch FROM rule.now())::bigint) AS as_before,
           EXISTS (SELECT 1 FROM ctok.action a
                    WHERE a.tenant_id = ctok.current_tenant() AND a.person_id = i.person_id AND a.target_id = i.target_id
                      AND a.site_id = i.site_id AND a.state = 'sending') AS under_way,
           EXISTS (SELECT 1
                     FROM ctok.mirror_user u
                     JOIN ctok.protected_account p ON p.tenant_id = u.tenant_id AND p.site_id = u.site_id AND p.name IN (u.username, u.email_key)
                    WHERE u.tenant_id = ctok.current_tenant() AND u.site_id = i.site_id AND u.user_id = i.user_id)
           OR EXISTS (SELECT 1 FROM rule.staff_row f
                       WHERE f.tenant_id = ctok.current_tenant() AND f.site_id = i.site_id AND f.course_id = i.course_id
                         AND f.user_id = i.user_id) AS protected
      FROM image m
      JOIN undo_item i ON i.action_id = m.action_id
      LEFT JOIN undo_seen s ON s.site_id = i.site_id AND s.course_id = i.course_id AND s.user_id = i.user_id
      LEFT JOIN ctok.managed g ON g.tenant_id = ctok.current_tenant() AND g.site_id = i.site_id AND g.course_id = i.course_id
                              AND g.user_id = i.user_id
)
UPDATE undo_item i
   SET later_run = c.later_run, was_status = c.was_status, was_start = c.was_start, was_end = c.was_end,
       undo_status = c.undo_status, undo_start = c.undo_start, undo_end = c.undo_end, undo_ours = c.undo_ours,
       undo_kind = CASE WHEN i.kind = 'adopt' THEN 'release' WHEN i.kind = 'release' THEN 'adopt' WHEN c.undo_status IS NULL THEN 'unenrol'
                        WHEN c.undo_status = 1 THEN 'suspend' ELSE 'restore' END,
       verdict = CASE
           WHEN i.kind = 'create_account' THEN 'account'
           WHEN i.state <> 'done' THEN 'not_arrived'
           WHEN c.under_way THEN 'under_way'
           WHEN c.later_run IS NULL AND c.ours_now = c.undo_ours
                AND (c.was_status, c.was_start, c.was_end) IS NOT DISTINCT FROM (c.undo_status, c.undo_start, c.undo_end)
                AND c.as_before THEN 'as_before'
           -- Somebody put it back by hand already; level 3 could not tell that from a change of ours.
           WHEN c.read_level < 3 AND NOT c.as_left AND c.as_before AND c.ours_now = c.undo_ours THEN 'as_before'
           WHEN c.as_left IS NOT TRUE OR c.later_run IS NOT NULL THEN 'moved'
           WHEN c.protected THEN 'protected'
           ELSE 'undo' END
  FROM compared c
 WHERE c.action_id = i.action_id
