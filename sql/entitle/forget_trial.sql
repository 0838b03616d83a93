-- What is in trial follows the rules as they are: an entitlement by a rule that says otherwise now, or is no longer the one that fits, or whose document only settles another one, or whose time is read otherwise, is
-- forgotten, and made anew by fresh_entitlements.sql. Nobody was given anything by it. Once live, its rule is fixed.
WITH forgotten AS (
    DELETE FROM ctok.entitlement e
     USING unit_now v, ctok.product_rule r
     WHERE e.tenant_id = (SELECT ctok.current_tenant()) AND v.tenant_id = e.tenant_id AND v.unit_id = e.unit_id
       AND r.tenant_id = e.tenant_id AND r.rule_id = e.rule_id AND (v.rule_id IS DISTINCT FROM e.rule_id OR v.verdict = 'SETTLES'
                                                            OR (v.period_from, v.period_to) IS DISTINCT FROM (e.period_from, e.period_to))
       AND NOT EXISTS (SELECT 1 FROM ctok.live l WHERE l.tenant_id = e.tenant_id AND l.site_id = r.site_id AND l.source_id = e.source_id)
    RETURNING e.person_id, e.target_id
)
INSERT INTO dirty_pair
SELECT person_id, target_id FROM forgotten
