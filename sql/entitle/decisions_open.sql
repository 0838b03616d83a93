-- What waits for a person to decide.
SELECT o.finding_id, o.class, coalesce(w.words, o.class) AS words, o.answers,
       concat_ws(', ', CASE WHEN d.document_id IS NOT NULL THEN format('%s %s of source "%s"', replace(d.kind, '_', ' '), d.number, s.name) END,
                 CASE WHEN p.person_id IS NOT NULL THEN format('%s (#%s)', coalesce(nullif(p.display_name, ''), p.email), p.person_id) END, n.course,
                 CASE WHEN o.risk_minor > 0 THEN rule.amount(o.risk_minor, o.currency) END, 'since ' || to_char(o.first_seen AT TIME ZONE rule.zone(), 'YYYY-MM-DD'),
                 nullif(o.detail, '')) AS about
  FROM rule.decision_open o
  LEFT JOIN ctok.document d ON d.tenant_id = o.tenant_id AND d.document_id = o.document_id
  LEFT JOIN ctok.source s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id
  LEFT JOIN ctok.person p ON p.tenant_id = o.tenant_id AND p.person_id = o.person_id
  LEFT JOIN rule.target_name n ON n.tenant_id = o.tenant_id AND n.target_id = o.target_id
  LEFT JOIN rule.report_word w ON w.kind = 'finding' AND w.code = o.class
 WHERE o.tenant_id = ctok.current_tenant()
 ORDER BY o.class, o.first_seen, o.finding_id
