-- What became of them: state and journal, whose the enrolment is now, and the mirror as the next reading will find it.
-- $1: run, $2: actions, $3: outcomes, $4: reasons, $5: read level, $6: the site's student role.
WITH told AS (
    SELECT a.*, r.outcome, r.said, coalesce(a.ours_after, a.kind NOT IN ('unenrol', 'release')) AS ours
      FROM unnest($2::bigint[], $3::text[], $4::text[]) AS r(action_id, outcome, said)
      JOIN ctok.action a ON a.tenant_id = ctok.current_tenant() AND a.action_id = r.action_id
), ended AS (
    UPDATE ctok.action a
       SET state = CASE t.outcome WHEN 'done' THEN 'done' WHEN 'found' THEN 'done' WHEN 'refused' THEN 'refused' WHEN 'moved' THEN 'skipped'
                                  WHEN 'postponed' THEN 'skipped' WHEN 'open' THEN 'open' ELSE 'sending' END,
           failure = t.said,
           ended_at = CASE WHEN t.outcome IN ('done', 'found', 'refused', 'moved', 'postponed') THEN rule.now() END,
           ended_run = CASE WHEN t.outcome IN ('done', 'found', 'refused', 'moved', 'postponed') THEN $1::bigint END
      FROM told t
     WHERE a.tenant_id = t.tenant_id AND a.action_id = t.action_id
), noted AS (
    INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, user_id, status, time_start, time_end, at)
    SELECT tenant_id, action_id, $1::bigint, 'after', CASE outcome WHEN 'found' THEN 'found done' WHEN 'open' THEN 'not sent' ELSE outcome END,
           user_id, after_status, after_start, after_end, rule.now()
      FROM told
), again AS (
    INSERT INTO ctok.dirty_access (tenant_id, site_id, user_id, course_id)
    -- What was taken back is looked at again: it may be wanted still, and waits for an approval then. So is what a removal leaves, as it is
    -- when a run is cut off and the next one finds the removal done.
    SELECT DISTINCT tenant_id, site_id, user_id, course_id FROM told
     WHERE outcome IN ('moved', 'postponed') OR ((undoes IS NOT NULL OR kind IN ('unenrol', 'adopt')) AND outcome IN ('done', 'found'))
    ON CONFLICT DO NOTHING
), ours AS (
    INSERT INTO ctok.managed AS g (tenant_id, site_id, course_id, user_id, action_id, written_start, written_end, written_status)
    SELECT tenant_id, site_id, course_id, user_id, action_id, after_start, after_end, after_status
      FROM told WHERE outcome IN ('done', 'found') AND ours
    ON CONFLICT (tenant_id, site_id, course_id, user_id) DO UPDATE
       SET written_start = excluded.written_start, written_end = excluded.written_end, written_status = excluded.written_status
), not_ours AS (
    DELETE FROM ctok.managed g USING told t
     WHERE t.outcome IN ('done', 'found') AND NOT t.ours
       AND g.tenant_id = t.tenant_id AND g.site_id = t.site_id AND g.course_id = t.course_id AND g.user_id = t.user_id
), unmirrored AS (
    DELETE FROM ctok.mirror_enrolment m USING told t
     WHERE t.outcome IN ('done', 'found') AND t.kind = 'unenrol'
       AND m.tenant_id = t.tenant_id AND m.site_id = t.site_id AND m.course_id = t.course_id AND m.user_id = t.user_id AND m.method IN ('manual', '?')
)
INSERT INTO ctok.mirror_enrolment AS m (tenant_id, site_id, course_id, user_id, method, active, status, time_start, time_end, roles, read_level)
SELECT tenant_id, site_id, course_id, user_id, CASE WHEN $5::int = 3 THEN '?' ELSE 'manual' END,
       after_status = 0 AND after_start <= extract(epoch FROM rule.now()) AND (after_end = 0 OR after_end > extract(epoch FROM rule.now())),
       CASE WHEN $5::int < 3 THEN after_status END, CASE WHEN $5::int < 3 THEN after_start END, CASE WHEN $5::int < 3 THEN after_end END,
       coalesce(nullif(role, ''), $6), $5::smallint
  FROM told WHERE outcome IN ('done', 'found') AND kind <> 'unenrol'
ON CONFLICT (tenant_id, site_id, course_id, user_id, method) DO UPDATE
   SET active = excluded.active, status = excluded.status, time_start = excluded.time_start, time_end = excluded.time_end
