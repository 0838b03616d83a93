-- Everything known of one person ($1), in time order; $2: zone, $3: short name of a course or NULL for all.
WITH course AS (
    SELECT t.target_id, t.site_id, t.course_id, coalesce(c.shortname, t.reference) AS name
      FROM ctok.target t
      LEFT JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.course_id = t.course_id
     WHERE t.tenant_id = ctok.current_tenant() AND ($3::text IS NULL OR lower(coalesce(c.shortname, t.reference)) = lower($3))
), told AS (
    SELECT d.effective_at AS at, 1 AS nth,
           format('%s %s of source "%s", line %s: %s%s, %s',
                  CASE d.kind WHEN 'invoice' THEN 'bought: invoice' WHEN 'credit_note' THEN 'given back: credit note' ELSE 'bought: order' END, d.number, s.name, l.line_no, l.quantity || ' x ', p.name,
                  rule.amount(l.net_minor, d.currency)) ||
           coalesce((SELECT '; ' || string_agg(f.name || ': ' || f.value, '; ' ORDER BY f.line_no, f.name) FROM ctok.kept_field f
                      WHERE f.tenant_id = d.tenant_id AND f.document_id = d.document_id AND f.line_no IN (0, l.line_no)), '') AS text
      FROM ctok.document d
      JOIN ctok.source s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id
      JOIN ctok.line l ON l.tenant_id = d.tenant_id AND l.document_id = d.document_id
      JOIN ctok.product p ON p.tenant_id = l.tenant_id AND p.product_id = l.product_id
     WHERE EXISTS (SELECT 1 FROM ctok.person_contact k WHERE k.tenant_id = d.tenant_id AND k.person_id = $1::bigint
                      AND k.contact_id IN (l.learner_contact_id, d.buyer_contact_id))
    UNION ALL
    -- What they asked for and has not been sold yet. (What only waits for its payment is told as bought.)
    SELECT x.asked_at, 1, format('expected: %s %s of source "%s": %s x %s, %s%s', x.kind, x.number, s.name, trim_scale(x.quantity), p.name,
                                 rule.amount(x.net_minor, x.currency), coalesce(', holds until ' || to_char((x.until AT TIME ZONE $2)::date - 1, 'YYYY-MM-DD'), ''))
      FROM rule.expected_line x
      JOIN ctok.source s ON s.tenant_id = x.tenant_id AND s.source_id = x.source_id
      JOIN ctok.product p ON p.tenant_id = x.tenant_id AND p.product_id = x.product_id
     WHERE x.kind <> 'unpaid' AND x.buyer_email <> ''
       AND x.buyer_email IN (SELECT m.email FROM ctok.person m WHERE m.tenant_id = x.tenant_id AND m.person_id = $1::bigint
                             UNION ALL
                             SELECT m.email FROM ctok.person_email m WHERE m.tenant_id = x.tenant_id AND m.person_id = $1::bigint)
    UNION ALL
    -- What settles the sales that gave access.
    SELECT d.effective_at, 1, format('%s %s settled by %s %s of source "%s": %s, %s%s', replace(h.kind, '_', ' '), h.number, m.part, d.number, s.name,
                                     rule.amount(d.total_minor, d.currency), d.status,
                                     CASE WHEN d.refunded_minor > 0 THEN ', ' || rule.amount(d.refunded_minor, d.currency) || ' given back' ELSE '' END)
      FROM ctok.deal_document m
      JOIN ctok.document d ON d.tenant_id = m.tenant_id AND d.document_id = m.document_id
      JOIN ctok.document h ON h.tenant_id = m.tenant_id AND h.document_id = m.deal_id
      JOIN ctok.source s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id
     WHERE m.part <> 'sale'
       AND EXISTS (SELECT 1 FROM ctok.entitlement e JOIN course c ON c.target_id = e.target_id
                    WHERE e.tenant_id = m.tenant_id AND e.document_id = m.deal_id AND e.person_id = $1::bigint)
    UNION ALL
    SELECT v.modified_at, 2, format('%s %s changed: %s%s', replace(d.kind, '_', ' '), d.number, v.status,
                                    CASE WHEN v.refunded_minor > 0 THEN ', ' || rule.amount(v.refunded_minor, d.currency) || ' given back' ELSE '' END)
      FROM ctok.document_version v
      JOIN ctok.document d ON d.tenant_id = v.tenant_id AND d.document_id = v.document_id
     WHERE v.version > 1
       AND EXISTS (SELECT 1 FROM ctok.entitlement e JOIN course c ON c.target_id = e.target_id
                    WHERE e.tenant_id = d.tenant_id AND e.document_id = d.document_id AND e.person_id = $1::bigint)
    UNION ALL
    SELECT e.matched_at, 3, format('entitled to %s by %s %s: %s%s', c.name, replace(d.kind, '_', ' '), d.number,
                                   CASE WHEN e.starts_at IS NULL THEN CASE WHEN e.revoked_at IS NULL THEN 'not yet, what must be so first is not' ELSE 'given back before it began' END
                                        ELSE 'from ' || to_char(e.starts_at AT TIME ZONE $2, 'YYYY-MM-DD') || ' to ' ||
                                             CASE WHEN e.ends_at = 'infinity' THEN 'no end' ELSE to_char(e.ends_at AT TIME ZONE $2, 'YYYY-MM-DD') END
                                        END,
                                   CASE WHEN e.revoked_at IS NULL OR e.ends_at < e.revoked_at AND e.revoked_why = 'subscription' THEN '' ELSE ', ended by ' || CASE e.revoked_why WHEN 'unpaid' THEN 'a payment taken back' WHEN 'dispute' THEN 'a lost dispute'
                                                      WHEN 'overdue' THEN 'the rest of it that was not paid by its day' WHEN 'disabled' THEN 'its client, who is disabled'
                                                      WHEN 'subscription' THEN 'the end of the subscription' ELSE e.revoked_why END END)
      FROM ctok.entitlement e
      JOIN course c ON c.target_id = e.target_id
      JOIN ctok.document d ON d.tenant_id = e.tenant_id AND d.document_id = e.document_id
     WHERE e.tenant_id = ctok.current_tenant() AND e.person_id = $1::bigint
    UNION ALL
    -- What was granted has no document.
    SELECT e.matched_at, 3, format('granted %s by decision %s: %s', c.name, -e.unit_id,
                                   CASE WHEN e.starts_at IS NULL THEN 'taken back before it began'
                                        ELSE 'from ' || to_char(e.starts_at AT TIME ZONE $2, 'YYYY-MM-DD') || ' to ' ||
                                             CASE WHEN e.ends_at = 'infinity' THEN 'no end' ELSE to_char(e.ends_at AT TIME ZONE $2, 'YYYY-MM-DD') END END)
      FROM ctok.entitlement e
      JOIN course c ON c.target_id = e.target_id
     WHERE e.tenant_id = ctok.current_tenant() AND e.person_id = $1::bigint AND e.unit_id < 0
    UNION ALL
    SELECT d.asked_at, 4, format('decided by %s: %s%s; %s', d.who_name, d.what, CASE WHEN d.until_at IS NOT NULL THEN ', until ' || rule.last_day(d.until_at, $2) ELSE '' END,
                                 d.reason)
      FROM rule.decision_word d
     WHERE d.tenant_id = ctok.current_tenant() AND d.person_id = $1::bigint
    UNION ALL
    SELECT d.revoked_at, 4, format('decision %s taken back by %s: %s', d.decision_id, d.revoked_who, d.revoked_reason)
      FROM rule.decision_word d
     WHERE d.tenant_id = ctok.current_tenant() AND d.person_id = $1::bigint AND d.revoked_at IS NOT NULL
    UNION ALL
    SELECT b.debt_at, 4, format('paid time for %s is over (%s); access is kept %s%s', c.name, b.why,
                                CASE WHEN b.suspend_at = 'infinity' THEN 'without end' ELSE format('until %s at least', to_char(b.suspend_at AT TIME ZONE $2, 'YYYY-MM-DD')) END,
                                CASE WHEN b.cured_at IS NULL THEN '' ELSE '; settled ' || to_char(b.cured_at AT TIME ZONE $2, 'YYYY-MM-DD') END)
      FROM ctok.debt_episode b
      JOIN course c ON c.target_id = b.target_id
     WHERE b.tenant_id = ctok.current_tenant() AND b.person_id = $1::bigint
    UNION ALL
    SELECT j.at, 5, format('Moodle: %s%s: %s (run %s)', replace(a.kind, '_', ' '), coalesce(' in ' || c.name, ' ' || nullif(a.cohort, ''), ''), j.outcome, j.run_id) ||
           CASE WHEN a.failure <> '' AND j.outcome NOT IN ('done', 'found done') THEN ', ' || a.failure ELSE '' END
      FROM ctok.journal j
      JOIN ctok.action a ON a.tenant_id = j.tenant_id AND a.action_id = j.action_id
      LEFT JOIN course c ON c.target_id = a.target_id
     WHERE j.tenant_id = ctok.current_tenant() AND a.person_id = $1::bigint AND j.phase = 'after' AND (a.target_id IS NULL OR c.target_id IS NOT NULL)
    UNION ALL
    SELECT m.completed_at, 6, format('completed %s', c.name)
      FROM ctok.account k
      JOIN course c ON c.site_id = k.site_id
      JOIN ctok.mirror_completion m ON m.tenant_id = k.tenant_id AND m.site_id = k.site_id AND m.user_id = k.user_id AND m.course_id = c.course_id
     WHERE k.tenant_id = ctok.current_tenant() AND k.person_id = $1::bigint
    UNION ALL
    SELECT i.issued_at, 7, format('certificate %s for %s: %s%s', i.serial, c.name, i.state, CASE WHEN i.failure = '' THEN '' ELSE ', ' || i.failure END)
      FROM ctok.issue i
      JOIN course c ON c.target_id = i.target_id
     WHERE i.tenant_id = ctok.current_tenant() AND i.person_id = $1::bigint
    UNION ALL
    SELECT coalesce(o.accepted_at, o.queued_at), 8, format('mail "%s": %s', o.template, o.state)
      FROM ctok.outbox o
     WHERE o.tenant_id = ctok.current_tenant() AND o.person_id = $1::bigint
    UNION ALL
    SELECT b.known_at, 8, format('mail "%s" %s: %s', o.template, CASE b.kind WHEN 'failed' THEN 'came back' ELSE 'is delayed, said a mail server' END,
                                 coalesce(nullif(b.words, ''), nullif(b.status, ''), 'without a reason'))
      FROM ctok.outbox o
      JOIN ctok.mail_bounce b ON b.tenant_id = o.tenant_id AND b.mail_id = o.mail_id
     WHERE o.tenant_id = ctok.current_tenant() AND o.person_id = $1::bigint
)
SELECT to_char(at AT TIME ZONE $2, 'YYYY-MM-DD HH24:MI') AS at, text FROM told ORDER BY told.at, nth, text
