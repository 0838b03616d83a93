-- Holds that hold nothing any more, now that it was approved.
UPDATE ctok.hold h SET standing = false
 WHERE h.tenant_id = ctok.current_tenant() AND h.standing
   AND NOT EXISTS (SELECT 1 FROM rule.held_item i
                    WHERE i.tenant_id = h.tenant_id AND i.kind = h.kind AND i.why = 'brake' AND h.site_id IN (0, i.site_id)
                      AND h.target_id IN (0, i.target_id))
