/* Enrol a checked batch: $1 roles, $2 users, $3 courses, $4 starts, $5 ends, $6 suspended, $7 now, $8 by. Of several rows for one user and
 * course the last one wins, all their roles are given. A row that is already so stays untouched, its role is still given, and the
 * welcome message is mailed for every row sent to a course with a contact. Returns the number of enrolments written. */
WITH sent AS (
	SELECT n.*, e.id AS enrolid, e.customint1, x.id AS contextid
	FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) WITH ORDINALITY
		AS n (roleid, userid, courseid, timestart, timeend, suspend, ord)
	JOIN mdl_enrol e ON e.courseid = n.courseid AND e.enrol = 'manual'
	JOIN mdl_context x ON x.contextlevel = 50 AND x.instanceid = n.courseid
), wanted AS (
	SELECT DISTINCT ON (userid, enrolid) *, min(ord) OVER (PARTITION BY userid, enrolid) AS first FROM sent ORDER BY userid, enrolid, ord DESC
), written AS (
	INSERT INTO mdl_user_enrolments AS ue (status, enrolid, userid, timestart, timeend, modifierid, timecreated, timemodified)
	SELECT CASE suspend WHEN 0 THEN 0 ELSE 1 END, enrolid, userid, timestart, timeend, $8::bigint, $7::bigint, $7::bigint FROM wanted ORDER BY first
	ON CONFLICT (enrolid, userid) DO UPDATE
	SET status = excluded.status, timestart = excluded.timestart, timeend = excluded.timeend, modifierid = excluded.modifierid,
		timemodified = excluded.timemodified
	WHERE (ue.status, ue.timestart, ue.timeend) IS DISTINCT FROM (excluded.status, excluded.timestart, excluded.timeend)
	RETURNING 1
), roles AS (
	INSERT INTO mdl_role_assignments (roleid, contextid, userid, timemodified, modifierid)
	SELECT DISTINCT roleid, contextid, userid, $7::bigint, $8::bigint FROM sent s
	WHERE NOT EXISTS (SELECT FROM mdl_role_assignments a WHERE a.roleid = s.roleid AND a.contextid = s.contextid AND a.userid = s.userid AND a.component = '')
), mails AS (
	INSERT INTO sandbox.mail (kind, userid, courseid, recipient, subject, sent_at)
	SELECT 'welcome', s.userid, s.courseid, u.email, 'Welcome to ' || c.fullname, $7::bigint
	FROM sent s JOIN mdl_user u ON u.id = s.userid JOIN mdl_course c ON c.id = s.courseid
	WHERE s.customint1 <> 0 AND EXISTS (SELECT FROM mdl_role_assignments a WHERE a.contextid = s.contextid AND a.roleid = 3)
	ORDER BY s.ord
)
SELECT count(*) FROM written
