-- What the rule of a grant, or a corrected policy, says otherwise than rule ${1} (NULL: not known, a correction): term ${2} ('never' is without end), last day
-- ${3}, grace ${4} ('never' is without end), each NULL to leave it. A grant is no debt: it ends when it says, and there is something to end; and it waits for nothing.
SELECT (CASE WHEN $2::text IS NOT NULL THEN jsonb_build_object('term', nullif($2, 'never'), 'until', NULL)
             WHEN $3::text IS NOT NULL THEN jsonb_build_object('term', NULL, 'until', ($3::date + 1)::timestamp AT TIME ZONE rule.zone())
             ELSE '{}' END
        || CASE WHEN $4::text IS NOT NULL THEN jsonb_build_object('grace_days', nullif($4, 'never')::integer) ELSE '{}' END
        || coalesce((SELECT jsonb_build_object('starts', NULL, 'requires', '{}'::text[], 'require_field', '', 'capacity', NULL, 'grace_days', 0, 'renews', false, 'on_expiry', CASE r.on_expiry WHEN 'keep' THEN 'suspend' ELSE r.on_expiry END)
                       FROM ctok.product_rule r
                      WHERE r.tenant_id = (SELECT ctok.current_tenant()) AND r.rule_id = $1::bigint), '{}'))::text AS patch
