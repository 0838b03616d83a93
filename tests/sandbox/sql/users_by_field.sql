/* People whose field $1 is one of $2; deleted ones only by id, because their other fields were overwritten. Columns as enum user_column. */
SELECT us.id, us.username, us.firstname, us.lastname, us.email, us.address, CASE WHEN 'phone1' = ANY (shown.fields) THEN us.phone1 ELSE '' END,
	CASE WHEN 'phone2' = ANY (shown.fields) THEN us.phone2 ELSE '' END, us.department, us.institution, us.idnumber,
	us.firstaccess, us.lastaccess, us.auth, us.suspended = 1, us.confirmed = 1, us.lang, us.theme, us.timezone, us.mailformat, us.trackforums,
	us.city, us.country, us.maildisplay,
	(SELECT string_agg(concat_ws(E'\x1f', f.datatype, d.data, d.data, f.name, f.shortname), E'\x1e' ORDER BY f.sortorder)
		FROM mdl_user_info_data d JOIN mdl_user_info_field f ON f.id = d.fieldid WHERE d.userid = us.id AND d.data <> '')
FROM mdl_user us
CROSS JOIN (SELECT coalesce((SELECT string_to_array(value, ',') FROM mdl_config WHERE name = 'showuseridentity'), '{}') AS fields) shown
WHERE CASE $1
	WHEN 'id' THEN us.id = ANY (CASE $1 WHEN 'id' THEN $2::text[]::bigint[] END)
	WHEN 'username' THEN us.username = ANY ($2::text[])
	WHEN 'idnumber' THEN us.idnumber = ANY ($2::text[]) AND us.idnumber <> ''
	WHEN 'email' THEN us.email = ANY ($2::text[])
	END
ORDER BY us.id
