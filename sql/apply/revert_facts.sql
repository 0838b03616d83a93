-- What a revert of run ${1} cannot undo, and how much it can, in counts.
WITH one AS (
    SELECT i.*, e.read_level FROM undo_item i
      LEFT JOIN undo_seen e ON e.site_id = i.site_id AND e.course_id = i.course_id AND e.user_id = i.user_id
     WHERE i.part = 'run'
), night AS (
    SELECT n.tenant_id, n.run_id
      FROM ctok.run r
      JOIN ctok.run n ON n.tenant_id = r.tenant_id AND n.night_id = r.night_id
     WHERE r.tenant_id = ctok.current_tenant() AND r.run_id = $1::bigint
)
SELECT count(*) AS items,
       count(*) FILTER (WHERE verdict = 'undo') AS undo,
       count(*) FILTER (WHERE verdict = 'undo' AND bars IS NULL AND kind NOT IN ('adopt', 'release')) AS barred,
       count(*) FILTER (WHERE verdict = 'as_before') AS as_before,
       count(*) FILTER (WHERE verdict IN ('moved', 'protected', 'under_way')) AS left_alone,
       count(*) FILTER (WHERE verdict = 'not_arrived') AS not_arrived,
       count(*) FILTER (WHERE verdict = 'account') AS accounts,
       count(*) FILTER (WHERE verdict = 'undo' AND kind = 'unenrol' AND undo_kind <> 'unenrol') AS come_back,
       count(*) FILTER (WHERE verdict = 'undo' AND undo_kind = 'unenrol') AS go,
       count(*) FILTER (WHERE verdict = 'undo' AND roles_before = '' AND before_status IS NOT NULL AND kind NOT IN ('adopt', 'release')) AS had_no_role,
       count(*) FILTER (WHERE verdict = 'undo' AND undo_kind NOT IN ('adopt', 'release') AND read_level = 2) AS by_minute,
       count(*) FILTER (WHERE verdict = 'undo' AND undo_kind NOT IN ('adopt', 'release') AND read_level = 3) AS blind,
       (SELECT count(*)
          FROM ctok.issue x
          JOIN night n ON n.tenant_id = x.tenant_id AND n.run_id = x.run_id
         WHERE EXISTS (SELECT 1 FROM one i WHERE i.person_id = x.person_id AND i.target_id = x.target_id)) AS certificates
  FROM one
