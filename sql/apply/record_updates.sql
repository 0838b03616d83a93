-- What became of changes of accounts: state and journal, and the mirror as the next reading will find it. $1: site, $2: run, $3: actions,
-- $4: outcomes, $5: reasons.
WITH told AS (
    SELECT a.tenant_id, a.action_id, a.user_id, r.outcome, r.reason
      FROM unnest($3::bigint[], $4::text[], $5::text[]) AS r(action_id, outcome, reason)
      JOIN ctok.action a ON a.tenant_id = ctok.current_tenant() AND a.action_id = r.action_id
), ended AS (
    UPDATE ctok.action a
       SET state = CASE t.outcome WHEN 'done' THEN 'done' WHEN 'found' THEN 'done' WHEN 'refused' THEN 'refused' WHEN 'moved' THEN 'skipped'
                                  WHEN 'open' THEN 'open' ELSE 'sending' END,
           failure = t.reason,
           ended_at = CASE WHEN t.outcome IN ('done', 'found', 'refused', 'moved') THEN rule.now() END,
           ended_run = CASE WHEN t.outcome IN ('done', 'found', 'refused', 'moved') THEN $2::bigint END
      FROM told t
     WHERE a.tenant_id = t.tenant_id AND a.action_id = t.action_id
), noted AS (
    INSERT INTO ctok.journal (tenant_id, action_id, run_id, phase, outcome, user_id, at)
    SELECT tenant_id, action_id, $2::bigint, 'after', CASE outcome WHEN 'found' THEN 'found done' WHEN 'open' THEN 'not sent' ELSE outcome END,
           user_id, rule.now()
      FROM told
), again AS (
    -- What moved, and what was taken back, is looked at again.
    INSERT INTO ctok.dirty_user (tenant_id, site_id, user_id)
    SELECT DISTINCT t.tenant_id, $1::bigint, t.user_id
      FROM told t
      JOIN ctok.action a ON a.tenant_id = t.tenant_id AND a.action_id = t.action_id
     WHERE t.outcome = 'moved' OR a.undoes IS NOT NULL
    ON CONFLICT DO NOTHING
), made AS (
    SELECT t.tenant_id, t.user_id, jsonb_object_agg(c.field, c.after_value) AS says,
           coalesce(jsonb_object_agg(substr(c.field, 15), c.after_value) FILTER (WHERE c.field LIKE 'profile\_field\_%' AND c.after_value <> ''), '{}') AS own,
           coalesce(array_agg(substr(c.field, 15)) FILTER (WHERE c.field LIKE 'profile\_field\_%' AND c.after_value = ''), '{}') AS emptied
      FROM told t
      JOIN ctok.account_change c ON c.tenant_id = t.tenant_id AND c.action_id = t.action_id
     WHERE t.outcome IN ('done', 'found')
     GROUP BY t.tenant_id, t.user_id
)
UPDATE ctok.mirror_user u
   SET firstname = coalesce(m.says ->> 'firstname', u.firstname), lastname = coalesce(m.says ->> 'lastname', u.lastname),
       email = coalesce(m.says ->> 'email', u.email), email_key = coalesce(lower(m.says ->> 'email'), u.email_key),
       idnumber = coalesce(m.says ->> 'idnumber', u.idnumber), phone1 = coalesce(m.says ->> 'phone1', u.phone1),
       institution = coalesce(m.says ->> 'institution', u.institution), department = coalesce(m.says ->> 'department', u.department),
       city = coalesce(m.says ->> 'city', u.city), country = coalesce(m.says ->> 'country', u.country), lang = coalesce(m.says ->> 'lang', u.lang),
       fields = (u.fields || m.own) - m.emptied
  FROM made m
 WHERE u.tenant_id = m.tenant_id AND u.site_id = $1::bigint AND u.user_id = m.user_id
