/* A fresh site: front page, guest and administrator, the archetype roles, the account and service of the web service with its
 * tokens, and no course. The moment comes from sandbox_now(). */
INSERT INTO mdl_config (name, value) VALUES
	('version', '2024100706'), ('release', '4.5.6 (Build: 20250811)'), ('siteadmins', '2'), ('siteguest', '1'), ('defaultuserroleid', '7'),
	('mnet_localhost_id', '1'), ('timezone', 'UTC'), ('lang', 'en'), ('noreplyaddress', 'noreply@example.test'), ('enablewebservices', '1'),
	('webserviceprotocols', 'rest'), ('enablecompletion', '1'), ('coursecontact', '3'), ('showuseridentity', 'email'), ('hiddenuserfields', ''),
	('siteidentifier', 'sandbox0123456789abcdefghijklmnopmoodle.example.test'), ('enrol_plugins_enabled', 'manual,guest,self,cohort,course_tokens,database');
INSERT INTO mdl_role (id, name, shortname, description, sortorder, archetype) VALUES
	(1, '', 'manager', '', 1, 'manager'), (2, '', 'coursecreator', '', 2, 'coursecreator'), (3, '', 'editingteacher', '', 3, 'editingteacher'),
	(4, '', 'teacher', '', 4, 'teacher'), (5, '', 'student', '', 5, 'student'), (6, '', 'guest', '', 6, 'guest'), (7, '', 'user', '', 7, 'user'),
	(8, '', 'frontpage', '', 8, 'frontpage'), (9, 'ctok-batch web service', 'ctokbatch', 'Web service role of ctok-batch', 9, ''),
	(10, 'ctok-batch low', 'ctoklow', 'REST only', 10, '');
INSERT INTO mdl_role_allow_assign (roleid, allowassign) VALUES (1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (3, 4), (3, 5), (9, 5);
INSERT INTO mdl_context (id, contextlevel, instanceid, path, depth) VALUES (1, 10, 0, '/1', 1), (2, 50, 1, '/1/2', 2), (3, 40, 1, '/1/3', 2),
	(4, 30, 1, '/1/4', 2), (5, 30, 2, '/1/5', 2);
INSERT INTO mdl_role_capabilities (contextid, roleid, capability, permission)
SELECT 1, 9, c, 1
FROM unnest(ARRAY['webservice/rest:use', 'moodle/course:view', 'moodle/course:viewhiddencourses', 'moodle/course:viewparticipants',
	'moodle/course:viewhiddenuserfields', 'moodle/category:viewhiddencategories', 'moodle/user:viewdetails', 'moodle/user:viewhiddendetails',
	'moodle/user:viewalldetails', 'moodle/course:useremail', 'moodle/site:viewuseridentity', 'moodle/site:viewfullnames', 'moodle/user:create',
	'moodle/user:update', 'moodle/course:enrolreview', 'moodle/course:update', 'enrol/manual:enrol', 'enrol/manual:unenrol',
	'enrol/manual:manage', 'enrol/self:manage', 'enrol/self:unenrol', 'moodle/role:assign', 'moodle/role:review', 'moodle/site:accessallgroups',
	'moodle/course:managegroups', 'moodle/cohort:manage', 'moodle/cohort:view', 'moodle/cohort:assign', 'report/completion:view', 'report/progress:view', 'moodle/course:isincompletionreports',
	'moodle/grade:viewall', 'moodle/reportbuilder:view', 'moodle/reportbuilder:viewall', 'moodle/course:viewhiddenactivities']) AS c
UNION ALL
SELECT 1, 10, 'webservice/rest:use', 1
UNION ALL
SELECT 1, 7, c, 1 FROM unnest(ARRAY['mod/page:view', 'moodle/reportbuilder:view', 'moodle/user:manageownfiles', 'moodle/category:viewcourselist']) AS c
UNION ALL
SELECT 1, 5, c, 1
FROM unnest(ARRAY['mod/assign:view', 'mod/assign:submit', 'mod/quiz:view', 'mod/quiz:attempt', 'moodle/course:viewparticipants',
	'moodle/course:isincompletionreports', 'moodle/user:viewdetails', 'moodle/grade:view']) AS c
UNION ALL
SELECT 1, 3, c, 1
FROM unnest(ARRAY['mod/assign:view', 'moodle/course:manageactivities', 'moodle/course:update', 'moodle/course:viewparticipants',
	'moodle/user:viewdetails', 'moodle/grade:viewall']) AS c;
INSERT INTO mdl_course_categories (id, name, sortorder, coursecount, depth, path) VALUES (1, 'Category 1', 10000, 0, 1, '/1');
INSERT INTO mdl_course (id, category, sortorder, fullname, shortname, summary, format, newsitems, timecreated, timemodified, cacherev)
SELECT 1, 0, 1, 'Example Academy', 'academy', 'Test site', 'site', 3, sandbox_now() - 283, sandbox_now() - 227, sandbox_now();
INSERT INTO mdl_course_format_options (courseid, format, sectionid, name, value) VALUES (1, 'site', 0, 'numsections', '1');
INSERT INTO mdl_user (id, confirmed, mnethostid, username, password, firstname, lastname, email, maildisplay, timemodified) VALUES
	(1, 1, 1, 'guest', '$6$sandbox', 'Guest user', ' ', 'root@localhost', 2, sandbox_now()),
	(2, 1, 1, 'admin', '$6$sandbox', 'Admin', 'User', 'admin@example.test', 1, sandbox_now());
INSERT INTO mdl_user_info_field (id, shortname, name, datatype, description, categoryid, sortorder, visible, param1, param2) VALUES
	(1, 'customer_group', 'Customer group', 'text', '', 1, 1, 2, '30', '255');
INSERT INTO mdl_modules (id, name) VALUES (1, 'assign'), (16, 'page');
INSERT INTO mdl_external_functions (name)
SELECT f FROM unnest(ARRAY['core_course_delete_courses', 'core_course_create_courses', 'core_role_assign_roles', 'core_role_unassign_roles',
	'core_group_add_group_members', 'core_message_send_instant_messages', 'core_user_delete_users']) AS f;
INSERT INTO mdl_external_services (id, name, enabled, restrictedusers, timecreated, shortname, downloadfiles, uploadfiles) VALUES
	(2, 'ctok-batch', 1, 1, sandbox_now(), 'ctok_batch', 1, 1), (3, 'not for ws user', 0, 0, sandbox_now(), '', 0, 0);
SELECT setval('mdl_user_id_seq', 2), setval('mdl_role_id_seq', 10), setval('mdl_context_id_seq', 30), setval('mdl_course_id_seq', 1),
	setval('mdl_course_categories_id_seq', 1), setval('mdl_external_services_id_seq', 3), setval('mdl_modules_id_seq', 16);
