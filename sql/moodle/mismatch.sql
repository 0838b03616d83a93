-- Where listing and report disagree about who takes part: `unreported` are listed only, `unlisted` reported only (and among them
-- `lost`, whom the mirror knows).
WITH listed AS (
    SELECT l.course_id, l.username, l.user_id FROM read_listing l
), reported AS (
    SELECT DISTINCT c.course_id, r.username
      FROM read_report r
      JOIN read_course c ON c.shown = r.shown
     WHERE r.username IS NOT NULL
)
SELECT coalesce(l.course_id, r.course_id) AS course_id, count(*) FILTER (WHERE r.username IS NULL) AS unreported,
       count(*) FILTER (WHERE l.username IS NULL) AS unlisted,
       count(*) FILTER (WHERE l.username IS NULL AND EXISTS (
           SELECT 1 FROM ctok.mirror_enrolment m
             JOIN ctok.mirror_user u ON u.tenant_id = m.tenant_id AND u.site_id = m.site_id AND u.user_id = m.user_id
            WHERE m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = r.course_id AND u.username = r.username)) AS lost
  FROM listed l
  FULL JOIN reported r ON r.course_id = l.course_id AND r.username = l.username
 WHERE l.username IS NULL OR r.username IS NULL
 GROUP BY coalesce(l.course_id, r.course_id)
 ORDER BY 1
