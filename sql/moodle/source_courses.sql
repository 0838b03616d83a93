-- Moodle's database: every course but the front page.
COPY (
    SELECT c.id, c.shortname, c.idnumber, c.fullname, c.visible = 1, c.enablecompletion = 1,
           EXISTS (SELECT 1 FROM mdl_enrol e WHERE e.courseid = c.id AND e.enrol = 'manual' AND e.status = 0),
           EXISTS (SELECT 1 FROM mdl_enrol e WHERE e.courseid = c.id AND e.enrol = 'manual' AND e.status = 0 AND e.customint1 <> 0)
      FROM mdl_course c
     WHERE c.id <> 1
) TO STDOUT
