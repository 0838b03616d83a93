/* People by $1 id, $2 idnumber, $3 username, $4 auth (equal) and $5 e-mail, $6 first and $7 last name (LIKE without case); null: any. Columns
 * as enum user_column. */
SELECT us.id, us.username, us.firstname, us.lastname, us.email, us.address, CASE WHEN 'phone1' = ANY (shown.fields) THEN us.phone1 ELSE '' END,
	CASE WHEN 'phone2' = ANY (shown.fields) THEN us.phone2 ELSE '' END, us.department, us.institution, us.idnumber,
	us.firstaccess, us.lastaccess, us.auth, us.suspended = 1, us.confirmed = 1, us.lang, us.theme, us.timezone, us.mailformat, us.trackforums,
	us.city, us.country, us.maildisplay,
	(SELECT string_agg(concat_ws(E'\x1f', f.datatype, d.data, d.data, f.name, f.shortname), E'\x1e' ORDER BY f.sortorder)
		FROM mdl_user_info_data d JOIN mdl_user_info_field f ON f.id = d.fieldid WHERE d.userid = us.id AND d.data <> '')
FROM mdl_user us
CROSS JOIN (SELECT coalesce((SELECT string_to_array(value, ',') FROM mdl_config WHERE name = 'showuseridentity'), '{}') AS fields) shown
WHERE us.deleted = 0 AND ($1::text IS NULL OR us.id::text = $1) AND ($2::text IS NULL OR us.idnumber = $2) AND ($3::text IS NULL OR us.username = $3)
	AND ($4::text IS NULL OR us.auth = $4) AND ($5::text IS NULL OR lower(us.email) LIKE lower($5)) AND ($6::text IS NULL OR us.firstname ILIKE $6)
	AND ($7::text IS NULL OR us.lastname ILIKE $7)
ORDER BY us.id
