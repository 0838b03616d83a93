/* Create a checked batch $1 (JSON) at $2, with contexts, custom fields, preferences, and the mail with the password that was asked for. */
WITH sent AS (
	SELECT *, row_number() OVER () AS ord
	FROM json_to_recordset($1::json) AS r (username text, auth text, password text, firstname text, lastname text, email text, idnumber text, lang text,
		calendartype text, maildisplay smallint, city text, country text, timezone text, description text, firstnamephonetic text,
		lastnamephonetic text, middlename text, alternatename text, institution text, department text, phone1 text, phone2 text, address text,
		theme text, mailformat smallint, createpassword boolean, haspassword boolean, customfields json, preferences json)
), made AS (
	INSERT INTO mdl_user (confirmed, mnethostid, username, auth, password, firstname, lastname, email, idnumber, lang, calendartype, maildisplay, city,
		country, timezone, description, firstnamephonetic, lastnamephonetic, middlename, alternatename, institution, department, phone1, phone2,
		address, theme, mailformat, timecreated, timemodified)
	SELECT 1, 1, username, auth, password, firstname, lastname, email, idnumber, lang, calendartype, coalesce(maildisplay, 2), coalesce(city, ''),
		coalesce(country, ''), coalesce(timezone, '99'), description, firstnamephonetic, lastnamephonetic, middlename, alternatename,
		coalesce(institution, ''), coalesce(department, ''), coalesce(phone1, ''), coalesce(phone2, ''), coalesce(address, ''), coalesce(theme, ''),
		coalesce(mailformat, 1), $2::bigint, $2::bigint
	FROM sent ORDER BY ord
	RETURNING id, username
), contexts AS (
	INSERT INTO mdl_context (id, contextlevel, instanceid, path, depth)
	SELECT c, 30, id, '/1/' || c, 2 FROM (SELECT nextval('mdl_context_id_seq') AS c, id FROM made) x
), fields AS (
	INSERT INTO mdl_user_info_data (userid, fieldid, data)
	SELECT m.id, f.id, c.value
	FROM sent s JOIN made m USING (username), json_to_recordset(s.customfields) AS c (type text, value text)
	JOIN mdl_user_info_field f ON f.shortname = c.type
), preferences AS (
	INSERT INTO mdl_user_preferences (userid, name, value)
	SELECT m.id, p.type, p.value FROM sent s JOIN made m USING (username), json_to_recordset(s.preferences) AS p (type text, value text)
	UNION
	SELECT m.id, 'auth_forcepasswordchange', '1' FROM sent s JOIN made m USING (username) WHERE s.createpassword
	UNION
	SELECT m.id, 'auth_manual_passwordupdatetime', $2::bigint::text FROM sent s JOIN made m USING (username) WHERE s.haspassword AND s.auth = 'manual'
), mails AS (
	INSERT INTO sandbox.mail (kind, userid, recipient, subject, sent_at)
	SELECT 'password', m.id, s.email, 'New user account', $2::bigint FROM sent s JOIN made m USING (username) WHERE s.createpassword ORDER BY s.ord
)
SELECT m.id, m.username FROM sent s JOIN made m USING (username) ORDER BY s.ord
