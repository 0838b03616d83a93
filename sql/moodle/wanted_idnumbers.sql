-- ID numbers by which rules name courses.
SELECT DISTINCT substr(reference, 10) AS idnumber
  FROM ctok.target
 WHERE tenant_id = ctok.current_tenant() AND site_id = $1 AND reference LIKE 'idnumber:%'
