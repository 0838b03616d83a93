-- How much was read, against how much the mirror has.
SELECT (SELECT count(*) FROM read_course) AS courses, (SELECT count(*) FROM read_user) AS users,
       (SELECT count(*) FROM read_enrolment) AS enrolments, (SELECT count(*) FROM read_completion) AS completions,
       EXISTS (SELECT 1 FROM ctok.mirror_course WHERE tenant_id = ctok.current_tenant() AND site_id = $1) AS had_courses,
       EXISTS (SELECT 1 FROM ctok.mirror_user WHERE tenant_id = ctok.current_tenant() AND site_id = $1) AS had_users,
       EXISTS (SELECT 1 FROM ctok.mirror_enrolment WHERE tenant_id = ctok.current_tenant() AND site_id = $1) AS had_enrolments
