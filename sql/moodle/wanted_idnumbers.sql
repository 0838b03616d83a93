-- ID numbers by which rules name courses, those of the configuration ($2) and earlier ones.
SELECT DISTINCT substr(reference, 10) AS idnumber
  FROM (SELECT reference FROM ctok.target WHERE tenant_id = ctok.current_tenant() AND site_id = $1
        UNION SELECT unnest($2::text[])) r
 WHERE reference LIKE 'idnumber:%'
