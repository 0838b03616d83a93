-- What finding $1 is about, as a decision names it: for a document the fact, its moment and its money; for an access what was decided about it so far.
SELECT f.class, f.cleared_at IS NOT NULL AS cleared, to_char(f.cleared_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD') AS cleared_on, f.person_id, f.target_id,
       f.document_id, coalesce(w.words, f.class) AS words, a.about,
       CASE a.about WHEN 'gone' THEN d.gone_at
                    WHEN 'refund' THEN (SELECT max(m.effective_at) FROM ctok.movement m
                                         WHERE m.tenant_id = f.tenant_id AND m.document_id = f.document_id AND m.kind = 'refund')
                    WHEN 'dispute' THEN x.lost_at
                    WHEN 'credit' THEN (SELECT max(c.effective_at) FROM rule.credit_note c
                                         WHERE c.tenant_id = f.tenant_id AND c.original_id = f.document_id) END AS about_at,
       CASE a.about WHEN 'refund' THEN d.refunded_minor WHEN 'dispute' THEN x.lost_minor WHEN 'credit' THEN k.loose_minor END AS about_minor,
       v.override, v.decision_id
  FROM ctok.finding f
  LEFT JOIN ctok.document d ON d.tenant_id = f.tenant_id AND d.document_id = f.document_id
  LEFT JOIN rule.document_credit k ON k.tenant_id = f.tenant_id AND k.original_id = f.document_id
  LEFT JOIN rule.document_dispute x ON x.tenant_id = f.tenant_id AND x.document_id = f.document_id
  LEFT JOIN rule.access_override v ON v.tenant_id = f.tenant_id AND v.person_id = f.person_id AND v.target_id = f.target_id
  LEFT JOIN rule.report_word w ON w.kind = 'finding' AND w.code = f.class
 CROSS JOIN LATERAL (SELECT CASE WHEN f.class = 'DOCUMENT_GONE' THEN 'gone'
                                 WHEN f.class <> 'REFUND_AMBIGUOUS' THEN ''
                                 -- Its number tells the dispute from the refund: the keys differ (70_finding.sql).
                                 WHEN f.finding_id = left(rule.finding_code(f.class, 'x' || f.document_id, f.currency), length(f.finding_id)) THEN 'dispute'
                                 WHEN k.original_id IS NOT NULL THEN 'credit' ELSE 'refund' END AS about) a
 -- (Workbooks made while ids had ten digits name the beginning of one.)
 WHERE f.tenant_id = (SELECT ctok.current_tenant()) AND CASE WHEN length($1) = 11 THEN left(f.finding_id, 11) ELSE f.finding_id END = upper($1)
 ORDER BY f.cleared_at NULLS FIRST, f.finding_id
 LIMIT 1
