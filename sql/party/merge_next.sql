-- The oldest decision that no reconcile has carried out: a merge, or the split of one. It waits while it is not known what became of a
-- change in Moodle of either.
SELECT m.merge_id, m.person_id, m.into_id, m.merged_at IS NOT NULL AS split
  FROM ctok.person_merge m
 WHERE m.tenant_id = (SELECT ctok.current_tenant()) AND m.split_at IS NULL
   AND (m.merged_at IS NULL OR m.split_asked_at IS NOT NULL)
   AND NOT EXISTS (SELECT 1 FROM ctok.action a
                    WHERE a.tenant_id = m.tenant_id AND a.person_id IN (m.person_id, m.into_id) AND a.state = 'sending')
 ORDER BY m.merge_id
 LIMIT 1
   FOR UPDATE
