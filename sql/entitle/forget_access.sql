-- Pairs whose last entitlement was forgotten have no access to speak of.
DELETE FROM ctok.access a
 USING dirty_pair p
 WHERE a.tenant_id = (SELECT ctok.current_tenant()) AND a.person_id = p.person_id AND a.target_id = p.target_id
   AND NOT EXISTS (SELECT 1 FROM ctok.entitlement e
                    WHERE e.tenant_id = a.tenant_id AND e.person_id = a.person_id AND e.target_id = a.target_id)
