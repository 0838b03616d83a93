-- How many days before the end of paid time a learner is reminded first; 0: never.
SELECT coalesce(max(d), 0) AS days
  FROM ctok.tenant n
 CROSS JOIN unnest(n.expiry_days) d
 WHERE n.tenant_id = ctok.current_tenant() AND 'expiry-soon' = ANY (n.mails)
