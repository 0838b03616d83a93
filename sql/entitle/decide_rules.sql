-- Rules that a grant of ${1} may follow: a course (then of all that lead to it, as far as they differ in what a grant takes from them), a product by one
-- of its keys, or a rule by its own ("sku:ACLS-*"). What is live comes first. ${2}: the end is given, so that terms make no difference.
WITH asked AS (
    SELECT t.target_id, n.course
      FROM ctok.target t
      JOIN ctok.site s ON s.tenant_id = t.tenant_id AND s.site_id = t.site_id
      JOIN rule.target_name n ON n.tenant_id = t.tenant_id AND n.target_id = t.target_id
     WHERE t.tenant_id = (SELECT ctok.current_tenant()) AND t.same_as IS NULL
       AND lower($1) IN (lower(n.course), 'course:' || lower(n.course), lower(t.reference), lower(s.name || '/' || n.course))
), found AS (
    SELECT 'course' AS kind, r.rule_id, a.target_id, a.course AS name
      FROM asked a
      JOIN ctok.target n ON n.tenant_id = (SELECT ctok.current_tenant()) AND n.stands_for = a.target_id
      JOIN ctok.rule_target t ON t.tenant_id = n.tenant_id AND t.target_id = n.target_id
      JOIN ctok.product_rule r ON r.tenant_id = t.tenant_id AND r.rule_id = t.rule_id AND NOT r.gone AND NOT r.exclude
    UNION
    SELECT 'product', c.rule_id, NULL, p.name
      FROM ctok.product p
      JOIN rule.product_choice c ON c.tenant_id = p.tenant_id AND c.product_id = p.product_id AND c.rule_id IS NOT NULL
     WHERE p.tenant_id = (SELECT ctok.current_tenant()) AND $1 <> ''
       AND $1 IN (p.sku, 'sku:' || p.sku, p.name, 'name:' || p.name, p.product_key, 'product:' || p.product_key, p.variant_key, 'variant:' || p.variant_key)
    UNION
    SELECT 'product', r.rule_id, NULL, r.match_kind || ':' || r.pattern
      FROM ctok.product_rule r
     WHERE r.tenant_id = (SELECT ctok.current_tenant()) AND NOT r.gone AND $1 = r.match_kind || ':' || r.pattern
)
SELECT DISTINCT ON (f.kind, f.target_id, alike) f.kind, f.rule_id, f.target_id, f.name, r.match_kind || ':' || r.pattern AS product, s.name AS site, r.exclude
  FROM found f
  JOIN ctok.product_rule r ON r.tenant_id = (SELECT ctok.current_tenant()) AND r.rule_id = f.rule_id
  LEFT JOIN ctok.site s ON s.tenant_id = r.tenant_id AND s.site_id = r.site_id
  LEFT JOIN ctok.live v ON v.tenant_id = r.tenant_id AND v.site_id = r.site_id AND v.source_id = r.source_id
 CROSS JOIN LATERAL (SELECT concat_ws('|', r.role, r.notice_days, r.on_refund, r.certificate, r.certificate_valid, CASE f.kind WHEN 'product' THEN r.rule_id END,
                                      (SELECT string_agg(c.cohort, ',' ORDER BY c.cohort) FROM ctok.rule_cohort c WHERE c.tenant_id = r.tenant_id AND c.rule_id = r.rule_id),
                                      CASE WHEN NOT $2::boolean THEN concat_ws('|', coalesce(r.term::text, 'ever'), r.until) END) AS alike) x
 ORDER BY f.kind, f.target_id, alike, v.since IS NULL, r.rule_id
