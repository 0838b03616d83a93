-- Above the limit of their course, site or tenant all certificates wait that nobody approved. What is held no longer is made.
UPDATE ctok.issue i
   SET held_why = CASE WHEN i.held_why = '' THEN 'brake' ELSE '' END
 WHERE i.tenant_id = ctok.current_tenant() AND i.state = 'planned'
   AND (i.held_why <> '') IS DISTINCT FROM
       (EXISTS (SELECT 1 FROM brake_item b WHERE b.item_id = i.issue_id)
        AND EXISTS (SELECT 1 FROM ctok.hold h
                     WHERE h.tenant_id = i.tenant_id AND h.standing AND h.kind = 'issue' AND h.site_id IN (0, i.site_id)
                       AND h.target_id IN (0, i.target_id)))
