/* Function $1 exists and belongs to both services. */
WITH f AS (INSERT INTO mdl_external_functions (name) VALUES ($1))
INSERT INTO mdl_external_services_functions (externalserviceid, functionname) VALUES (2, $1), (3, $1)
