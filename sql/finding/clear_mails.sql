-- Findings about mails that no longer hold are cleared at once; what opened since is for the next refresh. $1: run.
UPDATE ctok.finding f
   SET cleared_at = rule.now(), cleared_run = $1::bigint
 WHERE f.tenant_id = (SELECT ctok.current_tenant()) AND f.cleared_at IS NULL AND f.class LIKE 'MAIL\_%'
   AND NOT EXISTS (SELECT 1 FROM rule.mail_finding m WHERE m.tenant_id = f.tenant_id AND m.finding_id = f.finding_id)
