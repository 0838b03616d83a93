/* Moodle's state without ids: people, enrolments with roles, cohorts, completions, mails. */
SELECT jsonb_pretty(jsonb_build_object(
	'users', (SELECT jsonb_agg(jsonb_build_object('username', username, 'email', email, 'firstname', firstname, 'lastname', lastname, 'idnumber', idnumber,
		'auth', auth, 'suspended', suspended, 'deleted', deleted) ORDER BY username) FROM mdl_user WHERE id > 2),
	'enrolments', (SELECT jsonb_agg(jsonb_build_object('user', u.username, 'course', c.shortname, 'method', e.enrol, 'status', ue.status,
		'timestart', ue.timestart, 'timeend', ue.timeend, 'roles', (SELECT string_agg(r.shortname, ',' ORDER BY r.shortname)
			FROM mdl_role_assignments a JOIN mdl_role r ON r.id = a.roleid JOIN mdl_context x ON x.id = a.contextid AND x.contextlevel = 50
			WHERE a.userid = u.id AND x.instanceid = c.id)) ORDER BY u.username, c.shortname, e.enrol)
		FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid JOIN mdl_course c ON c.id = e.courseid JOIN mdl_user u ON u.id = ue.userid),
	'cohorts', (SELECT jsonb_agg(jsonb_build_object('cohort', c.idnumber, 'user', u.username) ORDER BY c.idnumber, u.username)
		FROM mdl_cohort c LEFT JOIN mdl_cohort_members m ON m.cohortid = c.id LEFT JOIN mdl_user u ON u.id = m.userid),
	'completions', (SELECT jsonb_agg(jsonb_build_object('user', u.username, 'course', c.shortname, 'at', cc.timecompleted) ORDER BY u.username, c.shortname)
		FROM mdl_course_completions cc JOIN mdl_user u ON u.id = cc.userid JOIN mdl_course c ON c.id = cc.course WHERE cc.timecompleted > 0),
	'mails', (SELECT jsonb_agg(jsonb_build_object('kind', m.kind, 'user', u.username, 'course', c.shortname) ORDER BY m.kind, u.username, c.shortname)
		FROM sandbox.mail m JOIN mdl_user u ON u.id = m.userid LEFT JOIN mdl_course c ON c.id = m.courseid)))
