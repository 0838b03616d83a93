-- Changes of accounts that were under way when a run was cut off: what Moodle shows as done, is done.
WITH arrived AS (
    SELECT a.*
      FROM ctok.action a
      JOIN rule.sending_read s ON s.tenant_id = a.tenant_id AND s.action_id = a.action_id
     WHERE a.kind = 'update_account'
       AND NOT EXISTS (SELECT 1 FROM ctok.account_change c
                         LEFT JOIN rule.account_says i ON i.tenant_id = a.tenant_id AND i.site_id = a.site_id AND i.user_id = a.user_id AND i.field = c.field
                        WHERE c.tenant_id = a.tenant_id AND c.action_id = a.action_id AND coalesce(i.value, '') <> c.after_value)
), done AS (
    UPDATE ctok.action a
       SET state = 'done', ended_at = rule.now(), ended_run = $1::bigint, failure = ''
      FROM arrived r
     WHERE a.tenant_id = r.tenant_id AND a.action_id = r.action_id
    RETURNING a.tenant_id, a.action_id, a.user_id
)
INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, user_id, at)
SELECT tenant_id, action_id, $1::bigint, 'after', 'found done', user_id, rule.now() FROM done
