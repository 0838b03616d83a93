SELECT (SELECT fullname FROM mdl_course WHERE id = 1), (SELECT value FROM mdl_config WHERE name = 'version'),
	(SELECT value FROM mdl_config WHERE name = 'release'), firstname, lastname
FROM mdl_user WHERE id = $1::bigint
