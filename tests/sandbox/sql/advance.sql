/* Let the planned events happen that are due at $1, in order: new versions of orders and transactions, and completions of whoever may enter. */
WITH due AS (
	DELETE FROM sandbox.event WHERE at <= $1::bigint RETURNING *
), orders AS (
	INSERT INTO shop.orders (id, modified_on, status, customer, doc)
	SELECT DISTINCT ON (d.subject) d.subject, (d.doc::json ->> 'modifiedOn')::timestamptz, d.doc::json ->> 'fulfillmentStatus', d.doc::json ->> 'customerId', d.doc
	FROM due d WHERE d.kind = 'order' ORDER BY d.subject, d.at DESC, d.id DESC
	ON CONFLICT (id) DO UPDATE SET modified_on = excluded.modified_on, status = excluded.status, doc = excluded.doc
), documents AS (
	INSERT INTO shop.documents (id, modified_on, order_id, doc)
	SELECT DISTINCT ON (d.subject) d.subject, (d.doc::json ->> 'modifiedOn')::timestamptz, d.doc::json ->> 'salesOrderId', d.doc
	FROM due d WHERE d.kind = 'document' ORDER BY d.subject, d.at DESC, d.id DESC
	ON CONFLICT (id) DO UPDATE SET modified_on = excluded.modified_on, doc = excluded.doc
), completed AS (
	SELECT DISTINCT ON (u.id, c.id) u.id AS userid, c.id AS course, d.at
	FROM due d
	JOIN mdl_user u ON lower(u.email) = lower(d.subject) AND u.deleted = 0
	JOIN mdl_course c ON c.shortname = d.doc AND c.enablecompletion = 1
	WHERE d.kind = 'completion' AND EXISTS (SELECT FROM mdl_enrol e JOIN mdl_user_enrolments ue ON ue.enrolid = e.id
		WHERE e.courseid = c.id AND e.status = 0 AND ue.userid = u.id AND ue.status = 0 AND ue.timestart <= d.at AND (ue.timeend = 0 OR ue.timeend > d.at))
	ORDER BY u.id, c.id, d.at
), modules AS (
	INSERT INTO mdl_course_modules_completion (coursemoduleid, userid, completionstate, timemodified)
	SELECT m.id, p.userid, 1, p.at FROM completed p JOIN mdl_course_modules m ON m.course = p.course AND m.completion <> 0
	ON CONFLICT (userid, coursemoduleid) DO NOTHING
), criteria AS (
	INSERT INTO mdl_course_completion_crit_compl (userid, course, criteriaid, timecompleted)
	SELECT p.userid, p.course, k.id, p.at FROM completed p JOIN mdl_course_completion_criteria k ON k.course = p.course
	ON CONFLICT (userid, course, criteriaid) DO NOTHING
)
INSERT INTO mdl_course_completions AS cc (userid, course, timeenrolled, timestarted, timecompleted)
SELECT userid, course, 0, at, at FROM completed
ON CONFLICT (userid, course) DO UPDATE SET timecompleted = coalesce(cc.timecompleted, excluded.timecompleted)
