/* Is user $1 an administrator, deleted, and does somebody else have e-mail $2? */
SELECT EXISTS (SELECT FROM mdl_config WHERE name = 'siteadmins' AND u.id::text = ANY (string_to_array(value, ','))), deleted = 1,
	EXISTS (SELECT FROM mdl_user o WHERE lower(o.email) = lower($2::text) AND o.id <> u.id AND o.mnethostid = 1), email
FROM mdl_user u
WHERE u.id = $1::bigint
