/* The awkward world of the recordings, with their ids: 8 courses, 60 learners (58 suspended, 60 deleted), enrolments in every state,
 * completions, groups, grades, and the report that shows dates. */
INSERT INTO mdl_course_categories (id, name, idnumber, visible, visibleold, sortorder, coursecount, depth, path) VALUES
	(2, 'Sales courses', 'SALES', 1, 1, 20000, 8, 1, '/2'), (3, 'Archive', 'ARCH', 0, 0, 30000, 0, 1, '/3');
INSERT INTO mdl_context (id, contextlevel, instanceid, path, depth) VALUES (11, 40, 2, '/1/11', 2), (12, 40, 3, '/1/12', 2);
INSERT INTO mdl_course (id, category, sortorder, fullname, shortname, idnumber, summary, newsitems, startdate, visible, visibleold, enablecompletion,
	showcompletionconditions, timecreated, timemodified, cacherev)
SELECT n + 1, 2, 20009 - n, fullname, shortname, 'SKU-' || 1000 + n, '<p>Summary of ' || shortname || '</p>', 0, 1767225600, visible, visible, completion,
	CASE completion WHEN 1 THEN 1 END, sandbox_now(), sandbox_now(), sandbox_now() + 4
FROM (VALUES (1, 'MATH-101', 'Mathematik für Einsteiger', 1, 1), (2, 'CPR-2Y', 'CPR & First Aid <Provider> "Gold"', 1, 1),
	(3, '日本語-1', '日本語コース 初級 🎌', 1, 1), (4, 'SAFE-OPT', 'Safety (no completion)', 1, 0),
	(5, 'NOCRIT', 'Completion on, no criteria', 1, 1), (6, 'NOMANUAL', 'Course without manual enrolment', 1, 0),
	(7, 'HIDDEN', 'Hidden course', 0, 1), (8, 'BIG', 'Big course', 1, 1)) AS c (n, shortname, fullname, visible, completion);
INSERT INTO mdl_context (id, contextlevel, instanceid, path, depth) SELECT n + 11, 50, n, '/1/11/' || n + 11, 3 FROM generate_series(2, 9) AS n;
INSERT INTO mdl_course_format_options (courseid, format, sectionid, name, value)
SELECT n, 'topics', 0, o.name, o.value FROM generate_series(2, 9) AS n, (VALUES ('hiddensections', '1'), ('coursedisplay', '0'), ('indentation', '1')) AS o (name, value)
ORDER BY n;
INSERT INTO mdl_enrol (id, enrol, status, courseid, sortorder, roleid, customint1, timecreated, timemodified)
SELECT (c - 2) * 3 + m.n + 1, m.enrol, CASE WHEN m.enrol = 'manual' OR (m.enrol = 'self' AND c IN (2, 7)) OR (m.enrol = 'guest' AND c = 5) THEN 0 ELSE 1 END,
	c, CASE m.n WHEN 0 THEN 0 ELSE m.n + 1 END, CASE m.enrol WHEN 'guest' THEN 0 ELSE 5 END, m.welcome, sandbox_now(), sandbox_now()
FROM generate_series(2, 9) AS c, (VALUES (0, 'manual', 1), (1, 'guest', NULL), (2, 'self', 0)) AS m (n, enrol, welcome)
WHERE NOT (c = 7 AND m.enrol = 'manual');
INSERT INTO mdl_enrol (id, enrol, courseid, sortorder, roleid, timecreated, timemodified) VALUES
	(25, 'course_tokens', 2, 1, 5, sandbox_now(), sandbox_now()), (26, 'course_tokens', 3, 1, 5, sandbox_now(), sandbox_now());
INSERT INTO mdl_page (id, course, name, intro, content)
SELECT n, c.id, 'Reading ' || c.shortname, '', '' FROM unnest(ARRAY[2, 3, 4, 8, 9]) WITH ORDINALITY AS x (course, n) JOIN mdl_course c ON c.id = x.course;
INSERT INTO mdl_assign (id, course, name, intro, grade)
SELECT n, c.id, 'Final task ' || c.shortname, '', 100 FROM unnest(ARRAY[2, 3, 4, 8, 9]) WITH ORDINALITY AS x (course, n) JOIN mdl_course c ON c.id = x.course;
INSERT INTO mdl_course_modules (id, course, module, instance, idnumber, added, completion)
SELECT (n - 1) * 2 + k, course, CASE k WHEN 1 THEN 16 ELSE 1 END, n, CASE k WHEN 1 THEN 'pg-' ELSE 'as-' END || c.shortname, sandbox_now(), 1
FROM unnest(ARRAY[2, 3, 4, 8, 9]) WITH ORDINALITY AS x (course, n), generate_series(1, 2) AS k, mdl_course c WHERE c.id = x.course ORDER BY n, k;
INSERT INTO mdl_course_completion_criteria (id, course, criteriatype, module, moduleinstance)
SELECT id, course, 4, CASE module WHEN 16 THEN 'page' ELSE 'assign' END, id FROM mdl_course_modules
UNION ALL
SELECT 11, 4, 1, NULL, NULL;
INSERT INTO mdl_course_completion_aggr_methd (course, criteriatype, method)
SELECT c, t, 1 FROM unnest(ARRAY[2, 3, 4, 8, 9]) AS c, unnest(ARRAY[NULL, 4]) AS t;
INSERT INTO mdl_user (id, confirmed, deleted, suspended, mnethostid, username, password, idnumber, firstname, lastname, email, institution, department, city,
	country, maildisplay, timecreated, timemodified)
SELECT i + 2, 1, CASE i WHEN 60 THEN 1 ELSE 0 END, CASE i WHEN 58 THEN 1 ELSE 0 END, 1,
	CASE i WHEN 60 THEN 'learner60@example.test.' || sandbox_now() + 2 ELSE 'learner' || lpad(i::text, 2, '0') END, '$6$sandbox',
	CASE i WHEN 60 THEN '' ELSE 'CUST-' || 5000 + i END, n.firstname, n.lastname || CASE WHEN i > 30 THEN ' II' ELSE '' END,
	CASE i WHEN 60 THEN md5('learner60') ELSE 'learner' || lpad(i::text, 2, '0') || '@example.test' END,
	CASE WHEN i % 3 = 0 THEN 'ACME & Söhne' ELSE '' END, '', 'Köln', 'DE', i % 3, 1767225600 + i, sandbox_now()
FROM generate_series(1, 60) AS i
JOIN (VALUES (1, 'Ada', 'Lovelace'), (2, 'José', 'García-Márquez'), (3, 'Łukasz', 'Żółć'), (4, 'Björk', 'Guðmundsdóttir'), (5, 'İbrahim', 'Şahin'),
	(6, U&'\0412\043B\0430\0434\0438\0301\043C\0438\0440', 'Петров'), (7, 'Ελένη', 'Παπαδοπούλου'), (8, 'محمد', 'العربي'), (9, 'דוד', 'כהן'), (10, '山田', '太郎'),
	(11, '김', '민수'), (12, '王', '小明'), (13, 'Nguyễn', 'Thị Hạnh'), (14, 'O''Brien', 'Seán'), (15, 'Anne-Marie', 'D''Hondt'),
	(16, 'Zoë', 'Bold'), (17, 'Tom & Jerry', '"Quotes"'), (18, 'Emoji 😀', 'Party 🎉'),
	(19, 'Combining é', U&'n\0308ame'), (20, 'ＦＵＬＬ', 'ｗｉｄｔｈ'), (21, 'Ünal', 'Öztürk'), (22, 'François', 'Lefèvre'),
	(23, 'Søren', 'Kierkegård'), (24, 'Þór', 'Ægisson'), (25, 'Renée', 'Noël'), (26, 'सीता', 'शर्मा'), (27, 'สมชาย', 'ใจดี'), (28, 'Мария', 'Иванова'),
	(29, 'Dvořák', 'Antonín'), (30, 'Straße', 'Weiß')) AS n (k, firstname, lastname) ON n.k = (i - 1) % 30 + 1
ORDER BY i;
INSERT INTO mdl_context (id, contextlevel, instanceid, path, depth) SELECT i + 28, 30, i, '/1/' || i + 28, 2 FROM generate_series(3, 62) AS i
UNION ALL SELECT n + 20, 70, n, '/1/11/' || x.id || '/' || n + 20, 4 FROM mdl_course_modules m, generate_series(1, 10) AS n, mdl_context x
WHERE m.id = n AND x.contextlevel = 50 AND x.instanceid = m.course;
SELECT setval('mdl_user_id_seq', 62), setval('mdl_context_id_seq', 90), setval('mdl_enrol_id_seq', 26), setval('mdl_course_id_seq', 9),
	setval('mdl_course_modules_id_seq', 10), setval('mdl_course_completion_criteria_id_seq', 11), setval('mdl_page_id_seq', 5), setval('mdl_assign_id_seq', 5),
	setval('mdl_course_categories_id_seq', 3);
/* i % 4 = 1 ends in 90 days, 2 has ended; i % 10 = 3 is suspended, 4 has not started. */
INSERT INTO mdl_user_enrolments (status, enrolid, userid, timestart, timeend, modifierid, timecreated, timemodified)
SELECT w.status, e.id, w.i + 2, w.timestart, w.timeend, 2, sandbox_now() + 1, sandbox_now() + 1
FROM (
	SELECT i, 2 AS course, 'manual' AS method, CASE WHEN i % 10 = 3 THEN 1 ELSE 0 END AS status,
		CASE WHEN i % 10 = 4 THEN sandbox_now() + 30 * 86400 ELSE 1767225600 END AS timestart,
		CASE WHEN i % 10 = 4 THEN sandbox_now() + 400 * 86400 WHEN i % 4 = 1 THEN sandbox_now() + 90 * 86400
			WHEN i % 4 = 2 THEN sandbox_now() - 10 * 86400 ELSE 0 END AS timeend, 1 AS n
	FROM generate_series(1, 40) AS i
	UNION ALL
	SELECT i, 3, 'manual', 0, CASE WHEN i % 10 = 4 THEN sandbox_now() + 30 * 86400 ELSE 1767225600 END,
		CASE WHEN i % 2 = 1 THEN sandbox_now() + 730 * 86400 ELSE 0 END, 2 FROM generate_series(1, 20) AS i
	UNION ALL
	SELECT i, 4, 'manual', 0, 0, 0, 3 FROM generate_series(1, 10) AS i
	UNION ALL
	SELECT i, c, 'manual', 0, 0, 0, n FROM generate_series(1, 5) AS i, (VALUES (8, 4), (6, 5), (5, 6)) AS c (c, n)
	UNION ALL
	SELECT i, c, 'self', 0, 0, 0, n FROM generate_series(41, 44) AS i, (VALUES (2, 7), (7, 8)) AS c (c, n)
	UNION ALL
	SELECT 1, 2, 'self', 0, 0, 0, 9
) w
JOIN mdl_enrol e ON e.courseid = w.course AND e.enrol = w.method
ORDER BY w.n >= 7, w.n = 9, w.i, w.n;
INSERT INTO mdl_role_assignments (roleid, contextid, userid, timemodified, modifierid)
SELECT 5, x.id, userid, sandbox_now() + 1, 2
FROM (SELECT e.courseid, ue.userid, min(ue.id) AS first FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid GROUP BY 1, 2) d
JOIN mdl_context x ON x.contextlevel = 50 AND x.instanceid = d.courseid
ORDER BY first;
INSERT INTO mdl_cohort (id, contextid, name, idnumber, description, descriptionformat, timecreated, timemodified) VALUES
	(1, 1, 'Abonnenten', 'SUBS', '', 1, sandbox_now(), sandbox_now()), (2, 1, 'Empty cohort', 'EMPTY', '', 1, sandbox_now(), sandbox_now());
INSERT INTO mdl_cohort_members (cohortid, userid, timeadded) SELECT 1, i + 2, sandbox_now() FROM generate_series(1, 12) AS i;
INSERT INTO mdl_groups (id, courseid, idnumber, name, timecreated, timemodified) VALUES
	(1, 2, 'G-2026', 'Käufer 2026', sandbox_now(), sandbox_now()), (2, 2, 'G-ACME', 'ACME & Söhne', sandbox_now(), sandbox_now());
INSERT INTO mdl_groups_members (groupid, userid, timeadded) SELECT CASE i % 2 WHEN 1 THEN 1 ELSE 2 END, i + 2, sandbox_now() FROM generate_series(1, 9) AS i;
/* Marks: CPR-2Y page by learners 1-8, its task by 1-6; MATH-101 page by 1, 3, 5, its task by 1 and 5. */
INSERT INTO mdl_course_modules_completion (coursemoduleid, userid, completionstate, timemodified)
SELECT cm, i + 2, 1, sandbox_now() + 2 + (i / 4)
FROM (
	SELECT i, 3 AS cm FROM generate_series(1, 8) AS i UNION ALL SELECT i, 4 FROM generate_series(1, 6) AS i
	UNION ALL SELECT i, 1 FROM unnest(ARRAY[1, 3, 5]) AS i UNION ALL SELECT i, 2 FROM unnest(ARRAY[1, 5]) AS i
) m
ORDER BY cm DESC, i;
INSERT INTO mdl_course_completion_crit_compl (userid, course, criteriaid, timecompleted)
SELECT m.userid, c.course, c.id, m.timemodified
FROM mdl_course_modules_completion m JOIN mdl_course_completion_criteria c ON c.moduleinstance = m.coursemoduleid ORDER BY m.id;
INSERT INTO mdl_course_completions (userid, course, timeenrolled, timestarted, timecompleted)
SELECT userid, course, 0, min(timecompleted), CASE WHEN count(*) = 2 THEN max(timecompleted) END
FROM mdl_course_completion_crit_compl GROUP BY userid, course ORDER BY course DESC, userid;
/* As cron leaves it: whoever may enter a course that tracks completion has a row. */
INSERT INTO mdl_course_completions (userid, course, timeenrolled, timestarted)
SELECT DISTINCT ue.userid, e.courseid, 0, 0
FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid JOIN mdl_course c ON c.id = e.courseid AND c.enablecompletion = 1
WHERE ue.status = 0 AND e.status = 0 AND ue.timestart < sandbox_now() + 2 AND (ue.timeend = 0 OR ue.timeend > sandbox_now())
ON CONFLICT DO NOTHING;
INSERT INTO mdl_grade_items (id, courseid, itemtype, itemmodule, iteminstance, timecreated, timemodified)
SELECT n, course, CASE k WHEN 1 THEN 'course' ELSE 'mod' END, CASE k WHEN 2 THEN 'assign' END, (n + 1) / 2, sandbox_now(), sandbox_now()
FROM (SELECT row_number() OVER (ORDER BY course, k) AS n, course, k FROM unnest(ARRAY[2, 3, 4, 8, 9]) AS course, generate_series(1, 2) AS k) x;
INSERT INTO mdl_grade_grades (itemid, userid, rawgrade, finalgrade, timemodified)
SELECT g.id, i + 2, 40 + 3 * i, 40 + 3 * i, sandbox_now() FROM mdl_grade_items g, generate_series(1, 20) AS i WHERE g.courseid IN (2, 3) ORDER BY g.id, i;
INSERT INTO mdl_reportbuilder_report (id, name, source, conditiondata, contextid, usercreated, usermodified, timecreated, timemodified) VALUES
	(1, 'ctok-batch enrolments', 'core_course\reportbuilder\datasource\participants', '{"enrolment:status_operator":1,"enrolment:status_value":0}', 1, 2, 2,
	sandbox_now() + 529, sandbox_now() + 529),
	(2, 'ctok-batch enrolments (all)', 'core_course\reportbuilder\datasource\participants', NULL, 1, 2, 2, sandbox_now() + 580, sandbox_now() + 580);
INSERT INTO mdl_reportbuilder_column (reportid, uniqueidentifier, columnorder, sortdirection, sortorder)
SELECT r, c, n, 4, n
FROM (VALUES (1, ARRAY['course:coursefullnamewithlink', 'user:fullnamewithlink', 'enrol:name', 'course:shortname', 'user:username', 'user:email', 'enrol:plugin',
	'enrolment:timestarted', 'enrolment:timeended', 'enrolment:status']),
	(2, ARRAY['course:shortname', 'course:idnumber', 'user:username', 'user:email', 'user:idnumber', 'user:suspended', 'enrol:plugin', 'enrolment:timecreated',
	'enrolment:timestarted', 'enrolment:timeended', 'enrolment:status', 'completion:completed', 'completion:timecompleted'])) AS x (r, columns),
	unnest(x.columns) WITH ORDINALITY AS u (c, n)
ORDER BY r, n;
SELECT setval('mdl_groups_id_seq', 2), setval('mdl_cohort_id_seq', 2), setval('mdl_reportbuilder_report_id_seq', 2);
