-- Courses: only what differs is written, and noted.
WITH mirror AS (
    SELECT * FROM ctok.mirror_course WHERE tenant_id = ctok.current_tenant() AND site_id = $1
), change AS MATERIALIZED (
    SELECT coalesce(s.course_id, m.course_id) AS course_id, s.course_id IS NULL AS gone, m.course_id IS NULL AS fresh,
           s.shortname, s.idnumber, s.fullname, s.visible, s.completion, s.manual, s.welcome,
           (s.shortname, s.idnumber, s.completion, s.manual) IS DISTINCT FROM (m.shortname, m.idnumber, m.completion, m.manual) AS matters
      FROM read_course s
      FULL JOIN mirror m ON m.course_id = s.course_id
     WHERE (s.course_id, s.shortname, s.idnumber, s.fullname, s.visible, s.completion, s.manual, s.welcome)
           IS DISTINCT FROM (m.course_id, m.shortname, m.idnumber, m.fullname, m.visible, m.completion, m.manual, m.welcome)
), removed AS (
    DELETE FROM ctok.mirror_course m USING change c
     WHERE c.gone AND m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = c.course_id
), changed AS (
    UPDATE ctok.mirror_course m
       SET shortname = c.shortname, idnumber = c.idnumber, fullname = c.fullname, visible = c.visible, completion = c.completion,
           manual = c.manual, welcome = c.welcome
      FROM change c
     WHERE NOT c.gone AND NOT c.fresh AND m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.course_id = c.course_id
), added AS (
    INSERT INTO ctok.mirror_course (tenant_id, site_id, course_id, shortname, idnumber, fullname, visible, completion, manual, welcome)
    SELECT ctok.current_tenant(), $1, course_id, shortname, idnumber, fullname, visible, completion, manual, welcome FROM change WHERE fresh
), noted AS (
    INSERT INTO ctok.dirty_course (tenant_id, site_id, course_id)
    SELECT ctok.current_tenant(), $1, course_id FROM change WHERE matters
    ON CONFLICT DO NOTHING
)
SELECT count(*) AS changed FROM change
