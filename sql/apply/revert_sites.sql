-- Sites whose enrolments a revert looks at.
SELECT s.site_id, s.name
  FROM ctok.site s
 WHERE s.tenant_id = ctok.current_tenant() AND s.site_id IN (SELECT i.site_id FROM undo_item i WHERE i.kind <> 'create_account')
 ORDER BY s.name
