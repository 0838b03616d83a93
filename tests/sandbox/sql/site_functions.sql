/* Functions of the services that are open to user $1, in the order they were added. */
SELECT f.functionname
FROM mdl_external_services_functions f
JOIN mdl_external_services s ON s.id = f.externalserviceid AND s.enabled = 1
WHERE s.restrictedusers = 0 OR EXISTS (SELECT FROM mdl_external_services_users x WHERE x.externalserviceid = s.id AND x.userid = $1::bigint)
ORDER BY f.id
