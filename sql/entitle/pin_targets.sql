-- Pin each course of the rules to Moodle's id, the first time exactly one course answers to its name. A second name of a course is a
-- name of the target that was pinned first, so that a learner has one access to a course.
WITH found AS (
    SELECT t.tenant_id, t.site_id, t.target_id, min(c.course_id) AS course_id
      FROM ctok.target t
      JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id
       AND CASE split_part(t.reference, ':', 1)
               WHEN 'shortname' THEN c.shortname = substr(t.reference, 11)
               WHEN 'idnumber' THEN c.idnumber = substr(t.reference, 10)
               WHEN 'id' THEN c.course_id::text = substr(t.reference, 4)
           END
     WHERE t.course_id IS NULL AND t.same_as IS NULL
     GROUP BY t.tenant_id, t.site_id, t.target_id
    HAVING count(*) = 1
), meant AS (
    SELECT f.*, coalesce((SELECT o.target_id FROM ctok.target o
                           WHERE o.tenant_id = f.tenant_id AND o.site_id = f.site_id AND o.course_id = f.course_id),
                         min(f.target_id) OVER (PARTITION BY f.tenant_id, f.site_id, f.course_id)) AS first_id
      FROM found f
), pinned AS (
    UPDATE ctok.target t
       SET course_id = CASE WHEN f.first_id = f.target_id THEN f.course_id END,
           same_as = CASE WHEN f.first_id <> f.target_id THEN f.first_id END
      FROM meant f
     WHERE t.tenant_id = f.tenant_id AND t.target_id = f.target_id
    RETURNING t.target_id
)
INSERT INTO dirty_pair
SELECT a.person_id, a.target_id
  FROM pinned p
  JOIN ctok.access a ON a.tenant_id = (SELECT ctok.current_tenant()) AND a.target_id = p.target_id
ON CONFLICT DO NOTHING
