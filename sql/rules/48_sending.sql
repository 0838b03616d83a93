-- Actions under way when a run was cut off, whose site was read completely since they were sent: only then does the mirror tell what
-- became of them. Until it is, they stay under way.
CREATE VIEW rule.sending_read WITH (security_invoker = true) AS
SELECT a.tenant_id, a.action_id
  FROM ctok.action a
 WHERE a.state = 'sending'
   AND EXISTS (SELECT 1 FROM ctok.site_pull p
                WHERE p.tenant_id = a.tenant_id AND p.site_id = a.site_id AND p.complete
                  AND p.run_id > (SELECT max(j.run_id) FROM ctok.journal j
                                   WHERE j.tenant_id = a.tenant_id AND j.action_id = a.action_id AND j.phase = 'before'));
