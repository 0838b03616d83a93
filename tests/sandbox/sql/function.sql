/* Does function $1 exist, and is it in service $2, which is on and open to user $3? */
SELECT EXISTS (SELECT FROM mdl_external_functions WHERE name = $1),
	EXISTS (SELECT FROM mdl_external_services s JOIN mdl_external_services_functions f ON f.externalserviceid = s.id AND f.functionname = $1
		WHERE s.id = $2::bigint AND s.enabled = 1 AND (s.restrictedusers = 0 OR EXISTS (SELECT FROM mdl_external_services_users x
			WHERE x.externalserviceid = s.id AND x.userid = $3::bigint)))
