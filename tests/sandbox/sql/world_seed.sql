/* Moodle and the shop as the generated facts have them. */
INSERT INTO mdl_course_categories (id, name, idnumber, sortorder, coursecount, depth, path) VALUES (2, 'Courses', 'COURSES', 20000, 9, 1, '/2');
INSERT INTO mdl_context (contextlevel, instanceid, path, depth) VALUES (40, 2, '/1/x', 2);
INSERT INTO mdl_course (id, category, sortorder, fullname, shortname, idnumber, summary, newsitems, startdate, visible, visibleold, enablecompletion,
	showcompletionconditions, timecreated, timemodified, cacherev)
SELECT course, 2, 20000 + course, name, code, 'ID-' || course, '', 0, sandbox_now() - 86400, visible::int, visible::int, 1, 1, sandbox_now() - 86400,
	sandbox_now() - 86400, sandbox_now()
FROM world.course ORDER BY course;
INSERT INTO mdl_context (contextlevel, instanceid, path, depth) SELECT 50, course, '/1/x/' || course, 3 FROM world.course ORDER BY course;
INSERT INTO mdl_enrol (enrol, status, courseid, sortorder, roleid, customint1, timecreated, timemodified)
SELECT m.enrol, m.status, c.course, m.n, m.role, m.welcome, sandbox_now() - 86400, sandbox_now() - 86400
FROM world.course c, (VALUES (0, 'manual', 0, 5, 1), (1, 'guest', 1, 0, NULL), (2, 'self', 0, 5, 0)) AS m (n, enrol, status, role, welcome) ORDER BY c.course, m.n;
INSERT INTO mdl_page (id, course, name, intro, content) SELECT course, course, 'Reading ' || code, '', '' FROM world.course;
INSERT INTO mdl_assign (id, course, name, intro, grade) SELECT course, course, 'Final task ' || code, '', 100 FROM world.course;
INSERT INTO mdl_course_modules (course, module, instance, added, completion)
SELECT course, k, course, sandbox_now() - 86400, 1 FROM world.course, unnest(ARRAY[16, 1]) AS k ORDER BY course, k DESC;
INSERT INTO mdl_course_completion_criteria (course, criteriatype, module, moduleinstance)
SELECT course, 4, CASE module WHEN 16 THEN 'page' ELSE 'assign' END, id FROM mdl_course_modules ORDER BY id;
INSERT INTO mdl_course_completion_aggr_methd (course, criteriatype, method) SELECT course, t, 1 FROM world.course, unnest(ARRAY[NULL, 4]) AS t ORDER BY course;

/* Accounts: every buyer's kind has a share that is already known here; some are not spelled as in the shop. */
INSERT INTO mdl_user (confirmed, mnethostid, username, password, firstname, lastname, email, idnumber, city, country, maildisplay, suspended, timecreated, timemodified)
SELECT 1, 1, a.username, '$6$sandbox', p.first, p.last, a.email, 'P-' || p.person, 'Madrid', 'ES', CASE p.account WHEN 3 THEN 0 ELSE 2 END,
	CASE p.account WHEN 4 THEN 1 ELSE 0 END, sandbox_now() - 3600, sandbox_now() - 3600
FROM world.person p
CROSS JOIN LATERAL (
	SELECT 'user' || p.person AS username, CASE p.account WHEN 2 THEN upper(split_part(x.email, '@', 1)) || '@' || initcap(split_part(x.email, '@', 2)) ELSE x.email END AS email, 1 AS n
	FROM (SELECT replace(p.email, 'bücher.example', 'xn--bcher-kva.example') AS email) x
	UNION ALL
	SELECT 'other' || p.person, upper(p.email), 2 WHERE p.account = 5
) a
WHERE p.account > 0
ORDER BY p.person, a.n;
/* People that no sale is about: nobody may touch them. */
INSERT INTO mdl_user (confirmed, mnethostid, username, password, firstname, lastname, email, timecreated, timemodified)
SELECT 1, 1, 'staff' || n, '$6$sandbox', 'Staff', 'Member ' || n, 'staff' || n || '@academy.example.test', sandbox_now() - 7200, sandbox_now() - 7200
FROM generate_series(1, 100) AS n;
INSERT INTO mdl_context (contextlevel, instanceid, path, depth) SELECT 30, id, '/1/u' || id, 2 FROM mdl_user WHERE id > 2 ORDER BY id;
INSERT INTO mdl_user_enrolments (status, enrolid, userid, timestart, timeend, modifierid, timecreated, timemodified)
SELECT CASE WHEN u.id % 11 = 0 THEN 1 ELSE 0 END, e.id, u.id, CASE WHEN e.enrol = 'manual' THEN sandbox_now() - 3000 ELSE 0 END,
	CASE WHEN u.id % 7 = 0 THEN sandbox_now() + 86400 ELSE 0 END, 2, sandbox_now() - 3000, sandbox_now() - 3000
FROM mdl_user u JOIN mdl_enrol e ON (u.id + e.courseid) % 4 = 0 AND e.enrol = CASE WHEN u.id % 3 = 0 THEN 'self' ELSE 'manual' END
WHERE u.username LIKE 'staff%' ORDER BY u.id, e.id;
INSERT INTO mdl_role_assignments (roleid, contextid, userid, timemodified, modifierid)
SELECT CASE WHEN c.teacher AND u.username = 'staff1' THEN 3 ELSE 5 END, x.id, u.id, sandbox_now() - 3000, 2
FROM world.course c JOIN mdl_context x ON x.contextlevel = 50 AND x.instanceid = c.course
JOIN mdl_user u ON (u.username = 'staff1' AND c.teacher) OR EXISTS (SELECT FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid WHERE ue.userid = u.id
	AND e.courseid = c.course)
WHERE u.username LIKE 'staff%' ORDER BY u.id, c.course;

/* What staff had done by hand until now for people who have an account and bought a course: of a thousand 90 stand enrolled without end, 30 until a
 * date that is over, 25 suspended; 60 enrolled themselves. */
CREATE TEMP TABLE by_hand ON COMMIT DROP AS
SELECT DISTINCT ON (u.id, c.course) u.id AS userid, c.course, s.at, d.hand, d.finish, d.after
FROM world.unit_at(to_timestamp((SELECT value::bigint FROM sandbox.setting WHERE name = 'world_now'))) s
JOIN world.dice d ON d.sale = s.sale AND d.line = s.line
JOIN world.person p ON p.person = s.person AND p.account > 0
JOIN mdl_user u ON u.username = 'user' || p.person
CROSS JOIN LATERAL unnest(s.courses) AS k (code)
JOIN world.course c ON c.code = k.code
WHERE s.class = 'ACCESS' AND d.hand < 205
ORDER BY u.id, c.course, s.at;
INSERT INTO mdl_user_enrolments (status, enrolid, userid, timestart, timeend, modifierid, timecreated, timemodified)
SELECT CASE WHEN h.hand BETWEEN 120 AND 144 THEN 1 ELSE 0 END, e.id, h.userid, CASE WHEN h.hand < 145 THEN t.sold ELSE 0 END,
	CASE WHEN h.hand BETWEEN 90 AND 119 THEN t.sold + 3600 ELSE 0 END, 2, t.sold, t.sold
FROM by_hand h
CROSS JOIN LATERAL (SELECT extract(epoch FROM h.at)::bigint / 60 * 60 AS sold) t
JOIN mdl_enrol e ON e.courseid = h.course AND e.enrol = CASE WHEN h.hand < 145 THEN 'manual' ELSE 'self' END
ORDER BY h.at, e.id;
INSERT INTO mdl_role_assignments (roleid, contextid, userid, timemodified, modifierid)
SELECT 5, x.id, h.userid, extract(epoch FROM h.at)::bigint, 2 FROM by_hand h JOIN mdl_context x ON x.contextlevel = 50 AND x.instanceid = h.course ORDER BY h.at, x.id;

/* Whoever may enter finishes some day, or never; those who could not enter yet begin now. */
INSERT INTO sandbox.event (at, kind, subject, doc)
SELECT DISTINCT ON (p.person, k.code) CASE WHEN h.userid IS NOT NULL THEN t.sold + d.after ELSE greatest(t.sold, n.now) + d.after END, 'completion',
	replace(p.email, 'bücher.example', 'xn--bcher-kva.example'), k.code
FROM world.unit s
JOIN world.dice d ON d.sale = s.sale AND d.line = s.line
JOIN world.person p ON p.person = s.person
CROSS JOIN LATERAL unnest(s.courses) AS k (code)
JOIN world.course c ON c.code = k.code
CROSS JOIN (SELECT value::bigint AS now FROM sandbox.setting WHERE name = 'world_now') n
CROSS JOIN LATERAL (SELECT extract(epoch FROM s.at)::bigint AS sold) t
LEFT JOIN mdl_user u ON u.username = 'user' || p.person
LEFT JOIN by_hand h ON h.userid = u.id AND h.course = c.course AND h.hand < 90
WHERE d.finish < 550 AND NOT s.test AND NOT s.unpaid AND NOT s.exclude
ORDER BY p.person, k.code, s.at;

INSERT INTO mdl_reportbuilder_report (id, name, source, conditiondata, contextid, usercreated, usermodified, timecreated, timemodified) VALUES
	(1, 'Enrolments (default set-up)', 'core_course\reportbuilder\datasource\participants', '{"enrolment:status_operator":1,"enrolment:status_value":0}', 1, 2, 2,
	sandbox_now(), sandbox_now()),
	(2, 'Enrolments', 'core_course\reportbuilder\datasource\participants', NULL, 1, 2, 2, sandbox_now(), sandbox_now());
INSERT INTO mdl_reportbuilder_column (reportid, uniqueidentifier, columnorder, sortdirection, sortorder)
SELECT r, c, n, 4, n
FROM generate_series(1, 2) AS r, unnest(ARRAY['course:shortname', 'course:idnumber', 'user:username', 'user:email', 'user:idnumber', 'user:suspended', 'enrol:plugin',
	'enrolment:timecreated', 'enrolment:timestarted', 'enrolment:timeended', 'enrolment:status', 'completion:completed', 'completion:timecompleted'])
	WITH ORDINALITY AS u (c, n)
ORDER BY r, n;
INSERT INTO shop.website (doc) VALUES
('{"id":"5f10c0ffee0000000000a001","siteId":"sandbox-site","title":"Sandbox shop","url":"https://shop.example.test","currency":"EUR","measurementStandard":"METRIC","language":"es-ES","timeZone":"Europe/Madrid","location":{"country":"ES","region":"MD"}}');
INSERT INTO shop.products (id, modified_on, type, doc)
SELECT p.doc::json ->> 'id', (p.doc::json ->> 'modifiedOn')::timestamptz, p.doc::json ->> 'type', p.doc FROM world.product p;
SELECT setval('mdl_course_id_seq', 100), setval('mdl_course_categories_id_seq', 2), setval('mdl_page_id_seq', 100), setval('mdl_assign_id_seq', 100),
	setval('mdl_reportbuilder_report_id_seq', 2);
