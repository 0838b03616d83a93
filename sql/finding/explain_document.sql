-- Everything known of document ${1}, as JSON (docs/explain.md); ${2}: the tenant's zone.
SELECT json_build_object(
    'format', 'ctok-explain-document 1', 'zone', $2::text,
    'document', json_build_object(
        'id', d.document_id, 'source', s.name, 'external_id', d.external_id, 'kind', d.kind, 'number', d.number, 'status', d.status,
        'sold_at', rule.told_moment(d.effective_at, $2), 'currency', d.currency, 'total', rule.amount(d.total_minor, d.currency),
        'paid', rule.amount(rule.paid(d.paid_minor, d.status, d.total_minor), d.currency),
        'given_back', CASE WHEN d.refunded_minor <> 0 THEN rule.amount(d.refunded_minor, d.currency) END,
        'missing_since', rule.told_moment(d.gone_at, $2),
        'buyer', CASE WHEN b.contact_id IS NOT NULL THEN json_build_object('name', b.name, 'email', b.email) END,
        'revenue', (SELECT rule.amount(r.worth_minor, r.currency) FROM rule.revenue r WHERE r.tenant_id = d.tenant_id AND r.document_id = d.document_id)),
    'versions', coalesce((SELECT json_agg(json_build_object('version', v.version, 'at', rule.told_moment(v.modified_at, $2), 'known_at', rule.told_moment(v.known_at, $2),
                                                   'status', v.status, 'total', rule.amount(v.total_minor, d.currency),
                                                   'given_back', CASE WHEN v.refunded_minor <> 0 THEN rule.amount(v.refunded_minor, d.currency) END,
                                                   'run', v.run_id) ORDER BY v.version)
                            FROM ctok.document_version v WHERE v.tenant_id = d.tenant_id AND v.document_id = d.document_id), '[]'),
    'lines', coalesce((SELECT json_agg(json_build_object(
                              'line', l.line_no, 'product', p.name, 'sku', p.sku, 'quantity', l.quantity::text, 'net', rule.amount(l.net_minor, d.currency), 'gone', l.gone,
                              'fields', coalesce((SELECT json_object_agg(k.name, k.value ORDER BY k.line_no, k.name) FROM ctok.kept_field k
                                                   WHERE k.tenant_id = l.tenant_id AND k.document_id = l.document_id AND k.line_no IN (0, l.line_no)), '{}'),
                              'units', coalesce((SELECT json_agg(json_build_object(
                                                        'seat', u.unit_no, 'net', rule.amount(u.net_minor, u.currency), 'class', u.class, 'code', u.code,
                                                        'reason', CASE WHEN u.code = '' THEN 'Paid, and access is as paid for' ELSE coalesce(w.words, u.code) END,
                                                        'rule', r.match_kind || ':' || r.pattern, 'learner', c.email,
                                                        'given_back_at', rule.told_moment(z.revoked_at, $2), 'given_back_why', z.why,
                                                        'rights', coalesce((SELECT json_agg(t.told ORDER BY t.target_id, t.person_id) FROM rule.told_right t
                                                                             WHERE t.tenant_id = u.tenant_id AND t.unit_id = u.unit_id), '[]')) ORDER BY u.unit_no)
                                                   FROM rule.unit_class u
                                                   LEFT JOIN ctok.product_rule r ON r.tenant_id = u.tenant_id AND r.rule_id = u.rule_id
                                                   LEFT JOIN ctok.contact c ON c.tenant_id = u.tenant_id AND c.contact_id = u.learner_contact_id
                                                   LEFT JOIN rule.unit_void z ON z.tenant_id = u.tenant_id AND z.unit_id = u.unit_id
                                                   LEFT JOIN rule.report_word w ON w.kind = 'unit' AND w.code = u.code
                                                  WHERE u.tenant_id = l.tenant_id AND u.document_id = l.document_id AND u.line_no = l.line_no), '[]')) ORDER BY l.line_no)
                         FROM ctok.line l
                         JOIN ctok.product p ON p.tenant_id = l.tenant_id AND p.product_id = l.product_id
                        WHERE l.tenant_id = d.tenant_id AND l.document_id = d.document_id), '[]'),
    'accesses', coalesce((SELECT json_agg(a.told ORDER BY a.person_id, a.target_id)
                            FROM rule.told_access a
                           WHERE (a.tenant_id, a.person_id, a.target_id) IN (SELECT e.tenant_id, e.person_id, e.target_id FROM ctok.entitlement e
                                                                              WHERE e.tenant_id = d.tenant_id AND e.document_id = d.document_id)), '[]'),
    'movements', coalesce((SELECT json_agg(json_build_object('at', rule.told_moment(m.effective_at, $2), 'kind', m.kind, 'amount', rule.amount(m.amount_minor, m.currency),
                                                    'seat', (SELECT format('%s.%s', u.line_no, u.unit_no) FROM ctok.unit u
                                                              WHERE u.tenant_id = m.tenant_id AND u.unit_id = m.unit_id)) ORDER BY m.effective_at, m.movement_id)
                             FROM ctok.movement m WHERE m.tenant_id = d.tenant_id AND m.document_id = d.document_id), '[]'),
    'credit_notes', coalesce((SELECT json_agg(json_build_object('number', c.number, 'at', rule.told_moment(c.effective_at, $2), 'total', rule.amount(c.total_minor, c.currency))
                                              ORDER BY c.effective_at, c.document_id)
                                FROM rule.credit_note c WHERE c.tenant_id = d.tenant_id AND c.original_id = d.document_id), '[]'),
    'deal', coalesce((SELECT json_agg(json_build_object('part', o.part, 'source', t.name, 'number', x.number, 'status', x.status, 'total', rule.amount(x.total_minor, x.currency))
                                      ORDER BY o.part <> 'sale', o.part, x.number)
                        FROM ctok.deal_document m
                        JOIN ctok.deal_document o ON o.tenant_id = m.tenant_id AND o.deal_id = m.deal_id
                        JOIN ctok.document x ON x.tenant_id = o.tenant_id AND x.document_id = o.document_id
                        JOIN ctok.source t ON t.tenant_id = x.tenant_id AND t.source_id = x.source_id
                       WHERE m.tenant_id = d.tenant_id AND m.document_id = d.document_id), '[]'),
    'decisions', coalesce((SELECT json_agg(t.told ORDER BY t.decision_id) FROM rule.told_decision t
                            WHERE t.tenant_id = d.tenant_id AND t.document_id = d.document_id), '[]'),
    'findings', coalesce((SELECT json_agg(f.told ORDER BY f.first_seen, f.finding_id) FROM rule.told_finding f
                           WHERE f.tenant_id = d.tenant_id
                             AND (f.document_id = d.document_id
                                  OR f.product_id IN (SELECT l.product_id FROM ctok.line l WHERE l.tenant_id = d.tenant_id AND l.document_id = d.document_id AND NOT l.gone)
                                     AND f.document_id IS NULL AND f.person_id IS NULL
                                  OR (f.person_id, f.target_id) IN (SELECT e.person_id, e.target_id FROM ctok.entitlement e
                                                                     WHERE e.tenant_id = d.tenant_id AND e.document_id = d.document_id))), '[]')
    )::text AS told
  FROM ctok.document d
  JOIN ctok.source s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id
  LEFT JOIN ctok.contact b ON b.tenant_id = d.tenant_id AND b.contact_id = d.buyer_contact_id
 WHERE d.tenant_id = (SELECT ctok.current_tenant()) AND d.document_id = $1::bigint
