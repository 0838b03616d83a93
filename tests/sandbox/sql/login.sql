SELECT EXISTS (SELECT FROM mdl_user WHERE username = $1 AND deleted = 0),
	EXISTS (SELECT FROM mdl_external_services WHERE shortname = $2 AND enabled = 1),
	(SELECT min(token) FROM mdl_external_tokens t JOIN mdl_external_services s ON s.id = t.externalserviceid AND s.shortname = $2
		JOIN mdl_user u ON u.id = t.userid AND u.username = $1 WHERE t.validuntil = 0 AND t.iprestriction IS NULL AND t.token ~ '^TOKEN')
