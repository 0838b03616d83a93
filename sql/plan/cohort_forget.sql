-- What we gave, somebody took away, and access no longer asks for, is forgotten: the next access begins anew.
DELETE FROM ctok.cohort_ours o
 USING ctok.cohort_state s
 WHERE (SELECT EXISTS (SELECT 1 FROM ctok.cohort_ours))
   AND o.tenant_id = (SELECT ctok.current_tenant()) AND s.tenant_id = o.tenant_id AND s.site_id = o.site_id AND s.failure = ''
   AND NOT EXISTS (SELECT 1 FROM ctok.mirror_cohort_member m
                    WHERE m.tenant_id = o.tenant_id AND m.site_id = o.site_id AND m.cohort_id = o.cohort_id AND m.user_id = o.user_id)
   AND NOT EXISTS (SELECT 1
                     FROM rule.cohort_person p
                     JOIN ctok.mirror_cohort c ON c.tenant_id = p.tenant_id AND c.site_id = p.site_id AND c.cohort = p.cohort
                    WHERE p.tenant_id = o.tenant_id AND p.site_id = o.site_id AND p.user_id = o.user_id AND c.cohort_id = o.cohort_id AND p.joins)
