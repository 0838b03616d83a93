-- Held is what has a reason of its own, and every action of a kind and scope over its limit, but for the foreseen ones. What is held no
-- longer is open.
WITH judged AS MATERIALIZED (
    SELECT i.item_id,
         CASE WHEN i.apart <> '' THEN i.apart
              WHEN NOT i.foreseen
               AND EXISTS (SELECT 1 FROM ctok.hold h
                            WHERE h.tenant_id = (SELECT ctok.current_tenant()) AND h.standing AND h.kind = i.kind
                              AND h.site_id IN (0, i.site_id) AND h.target_id IN (0, i.target_id)) THEN 'brake'
              ELSE '' END AS why
      FROM brake_item i
)
UPDATE ctok.action a
   SET state = CASE j.why WHEN '' THEN 'open' ELSE 'held' END, held_why = j.why
  FROM judged j
 WHERE a.tenant_id = (SELECT ctok.current_tenant()) AND a.action_id = j.item_id
   AND (a.state, a.held_why) IS DISTINCT FROM (CASE j.why WHEN '' THEN 'open' ELSE 'held' END, j.why)
   -- hold_accounts.sql sees to these.
   AND NOT (j.why = '' AND a.held_why = 'enrolments')
