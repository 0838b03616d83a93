-- The open items, derived from the tables. Each has a stable key; a unit that is open has exactly one of them. `detail` holds no
-- personal data.
CREATE VIEW rule.finding_now WITH (security_invoker = true) AS
WITH unit AS MATERIALIZED (
    SELECT * FROM rule.unit_class WHERE class = 'open' OR learner_changed
), open_unit AS (
    SELECT * FROM unit WHERE class = 'open'
), refused AS (
    -- The last word about an access, when it was no; waiting to be tried again, it is still no.
    SELECT * FROM (SELECT DISTINCT ON (a.tenant_id, a.person_id, a.target_id)
                          a.tenant_id, a.person_id, a.target_id, a.state, a.failure
                     FROM ctok.action a
                    WHERE a.state IN ('refused', 'skipped', 'done', 'open', 'held') AND a.target_id IS NOT NULL
                    ORDER BY a.tenant_id, a.person_id, a.target_id, a.action_id DESC) l
     WHERE l.failure <> ''
), no_account AS (
    SELECT a.tenant_id, a.site_id, a.person_id, a.failure
      FROM ctok.action a
     WHERE a.kind = 'create_account' AND a.state IN ('refused', 'open', 'held') AND a.failure <> ''
), doubt AS (
    -- Sent, and it is not known what became of it: the change itself, or the account that it needs.
    SELECT a.tenant_id, a.site_id, a.person_id, a.target_id, coalesce(nullif(a.failure, ''), 'under way when a run was cut off') AS failure
      FROM ctok.action a
     WHERE a.state = 'sending' AND a.cohort = ''
), gap AS MATERIALIZED (
    SELECT * FROM rule.access_gap WHERE gap IS NOT NULL
), unpaid AS MATERIALIZED (
    -- Few: looked at from here, not from all that is enrolled.
    SELECT d.tenant_id, d.document_id, d.source_id, d.status, e.unit_id, e.person_id, e.target_id, e.price_minor, e.currency
      FROM ctok.document d
      JOIN rule.entitlement_live e ON e.tenant_id = d.tenant_id AND e.document_id = d.document_id AND NOT e.before_live
     WHERE d.status IN ('unpaid', 'test')
), waiting AS (
    SELECT tenant_id, target_id, count(*) AS waiting FROM gap WHERE gap = 'END_WAITS' GROUP BY tenant_id, target_id
), reverted AS MATERIALIZED (
    -- Taken back, wanted still and waiting for an approval; or not planned again yet.
    SELECT b.tenant_id, b.person_id, b.target_id
      FROM rule.barred_change b
     WHERE NOT EXISTS (SELECT 1 FROM ctok.action a
                        WHERE a.tenant_id = b.tenant_id AND a.person_id = b.person_id AND a.target_id = b.target_id
                          AND (a.state = 'open' OR (a.state = 'held' AND a.held_why <> 'reverted')))
), held AS (
    -- Changes that wait for a person, also because their account does. (OFFSET 0: each looked up, however few the database believes there are.)
    SELECT h.tenant_id, h.person_id, h.target_id, CASE h.held_why WHEN 'staff' THEN 'TAKEN_AWAY' ELSE 'HELD' END AS class,
           CASE h.held_why WHEN 'staff' THEN CASE h.kind WHEN 'enrol' THEN 'the enrolment was removed in Moodle' ELSE 'the enrolment was suspended in Moodle' END
                           ELSE lower(coalesce(w.words, h.held_why)) END AS why
      FROM (SELECT a.tenant_id, a.person_id, a.target_id, a.kind, a.held_why FROM ctok.action a WHERE a.state = 'held' AND a.target_id IS NOT NULL
            UNION ALL
            SELECT a.tenant_id, a.person_id, a.target_id, a.kind, c.held_why
              FROM ctok.action a
             CROSS JOIN LATERAL (SELECT c.held_why FROM ctok.action c
                                  WHERE c.tenant_id = a.tenant_id AND c.site_id = a.site_id AND c.person_id = a.person_id AND c.state = 'held'
                                    AND c.kind = 'create_account'
                                 OFFSET 0) c
             WHERE a.state = 'open' AND a.user_id IS NULL AND a.target_id IS NOT NULL) h
      LEFT JOIN rule.held_word w ON w.code = h.held_why
     WHERE h.held_why <> 'reverted'
), accounted AS MATERIALIZED (
    -- (Looked up row by row it is three times as slow: that hardly any is missing the database does not guess.)
    SELECT * FROM rule.accounted_row
), suspect AS MATERIALIZED (
    -- (Likewise.)
    SELECT * FROM rule.account_glance
), cohort AS MATERIALIZED (
    SELECT * FROM rule.cohort_gap WHERE gap IN ('missing', 'left')
), item AS (
    -- Products without a rule, or with two that are equally good.
    SELECT tenant_id, code AS class, 'paid_without_access' AS risk, 'p' || product_id AS key, source_id, NULL::bigint AS document_id,
           NULL::integer AS line_no, product_id, NULL::bigint AS site_id, NULL::bigint AS target_id, NULL::bigint AS course_id,
           NULL::bigint AS person_id, NULL::bigint AS user_id, count(*) AS units, sum(net_minor)::bigint AS risk_minor, currency,
           '' AS detail
      FROM open_unit
     WHERE code IN ('UNMAPPED_PRODUCT', 'RULE_TIE')
     GROUP BY tenant_id, code, product_id, source_id, currency
    UNION ALL
    -- Lines whose learner is not known.
    SELECT tenant_id, code, 'paid_without_access', 'l' || document_id || '.' || line_no, source_id, document_id, line_no, product_id,
           NULL, NULL, NULL, NULL, NULL, count(*), sum(net_minor)::bigint, currency, ''
      FROM open_unit
     WHERE code IN ('NO_LEARNER', 'BAD_EMAIL', 'NOT_RECONCILED')
     GROUP BY tenant_id, code, document_id, line_no, source_id, product_id, currency
    UNION ALL
    -- Access that differs from what is owed, one finding per person, course and currency.
    SELECT g.tenant_id,
           CASE WHEN g.gap = upper(g.gap) THEN g.gap WHEN b.person_id IS NOT NULL THEN 'CHANGE_DOUBT' WHEN n.person_id IS NOT NULL THEN 'ACCOUNT_REFUSED'
                WHEN h.person_id IS NOT NULL THEN h.class
                WHEN r.state = 'skipped' THEN 'MOVED' WHEN r.state IS NOT NULL THEN 'REFUSED'
                WHEN v.person_id IS NOT NULL THEN 'REVERTED' WHEN g.trial THEN 'TRIAL' ELSE 'NOT_APPLIED' END,
           CASE WHEN g.wanted = 'active' THEN 'paid_without_access' ELSE 'access_without_money' END,
           'a' || g.person_id || '.' || g.target_id, NULL, NULL, NULL, NULL, g.site_id, g.target_id, g.course_id, g.person_id, g.user_id,
           coalesce(u.units, 0), coalesce(u.net_minor, 0), coalesce(u.currency, ''), coalesce(CASE g.gap WHEN 'END_WAITS' THEN g.waits END, b.failure, n.failure, h.why, r.failure, '')
      FROM gap g
      LEFT JOIN (SELECT tenant_id, person_id, gap_target, count(*) AS units, sum(net_minor)::bigint AS net_minor, currency
                   FROM open_unit
                  WHERE code = 'ACCESS'
                  GROUP BY tenant_id, person_id, gap_target, currency) u
             ON u.tenant_id = g.tenant_id AND u.person_id = g.person_id AND u.gap_target = g.target_id
      LEFT JOIN doubt b ON b.tenant_id = g.tenant_id AND b.site_id = g.site_id AND b.person_id = g.person_id
                       AND (b.target_id = g.target_id OR (b.target_id IS NULL AND g.user_id IS NULL))
      LEFT JOIN refused r ON r.tenant_id = g.tenant_id AND r.person_id = g.person_id AND r.target_id = g.target_id
      LEFT JOIN reverted v ON v.tenant_id = g.tenant_id AND v.person_id = g.person_id AND v.target_id = g.target_id
      LEFT JOIN held h ON h.tenant_id = g.tenant_id AND h.person_id = g.person_id AND h.target_id = g.target_id
      LEFT JOIN no_account n ON n.tenant_id = g.tenant_id AND n.site_id = g.site_id AND n.person_id = g.person_id AND g.user_id IS NULL
    UNION ALL
    -- Sources and sites on whose word access ends, and which are silent: nobody's access to their courses ends meanwhile.
    SELECT f.tenant_id, 'SOURCE_SILENT', 'none', 's' || f.source_id, f.source_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, '',
           concat_ws('; ', rule.silence('source', f.name, f.last_complete_at), rule.ends_wait(n.waiting), nullif(f.failure, ''))
      FROM rule.source_fresh f
      JOIN (SELECT s.tenant_id, s.source_id, sum(w.waiting)::bigint AS waiting
              FROM rule.source_needed s
              LEFT JOIN waiting w ON w.tenant_id = s.tenant_id AND w.target_id = s.target_id
             GROUP BY s.tenant_id, s.source_id) n ON n.tenant_id = f.tenant_id AND n.source_id = f.source_id
     WHERE NOT f.fresh
    UNION ALL
    SELECT f.tenant_id, 'SOURCE_SILENT', 'none', 'i' || f.site_id, NULL, NULL, NULL, NULL, f.site_id, NULL, NULL, NULL, NULL, 0, 0, '',
           concat_ws('; ', rule.silence('site', f.name, f.last_complete_at), rule.ends_wait(n.waiting), nullif(f.failure, ''))
      FROM rule.site_fresh f
      JOIN (SELECT t.tenant_id, t.site_id, sum(w.waiting)::bigint AS waiting
              FROM ctok.target t
              LEFT JOIN waiting w ON w.tenant_id = t.tenant_id AND w.target_id = t.target_id
             GROUP BY t.tenant_id, t.site_id) n ON n.tenant_id = f.tenant_id AND n.site_id = f.site_id
     WHERE NOT f.fresh
    UNION ALL
    -- Rules that left the configuration although access that they gave is to end.
    SELECT q.tenant_id, 'RULE_GONE', 'none', 'g' || q.source_id || '.' || q.target_id, q.source_id, NULL, NULL, NULL, g.site_id, q.target_id, g.course_id,
           NULL, NULL, 0, 0, '', concat_ws('; ', q.what, rule.ends_wait(count(*)))
      FROM gap g
      JOIN rule.rule_gone q ON q.tenant_id = g.tenant_id AND q.rule_id = g.rule_id AND q.target_id = g.target_id
     WHERE g.gap = 'END_WAITS'
     GROUP BY q.tenant_id, q.source_id, q.target_id, g.site_id, g.course_id, q.what
    UNION ALL
    -- Limits that hold, one for each; what they hold stands in findings of its own.
    SELECT h.tenant_id, 'BRAKE', 'none', 'b' || h.kind || '.' || h.site_id || '.' || h.target_id, NULL, NULL, NULL, NULL,
           nullif(h.site_id, 0), nullif(h.target_id, 0), NULL, NULL, NULL, 0, 0, '',
           format('%s %s held, a brake lets %s pass, %s', h.held, rule.brake_words(h.kind), h.most, rule.brake_base_words(h.kind, h.base))
      FROM rule.hold_now h
     WHERE h.held > 0
    UNION ALL
    -- Sold by a source in trial to people whose live access ends earlier: shown, not given.
    SELECT tenant_id, 'TRIAL', 'paid_without_access', 's' || person_id || '.' || gap_target, NULL, NULL, NULL, NULL,
           (SELECT t.site_id FROM ctok.target t WHERE t.tenant_id = o.tenant_id AND t.target_id = o.gap_target), gap_target, NULL, person_id, NULL,
           count(*), sum(net_minor)::bigint, currency, ''
      FROM open_unit o
     WHERE code = 'TRIAL'
     GROUP BY tenant_id, person_id, gap_target, currency
    UNION ALL
    -- Paid for, and what the rule wants first is not so.
    SELECT o.tenant_id, 'GATE_SHUT', 'paid_without_access', 's' || o.person_id || '.' || o.gap_target, NULL, NULL, NULL, NULL,
           (SELECT t.site_id FROM ctok.target t WHERE t.tenant_id = o.tenant_id AND t.target_id = o.gap_target), o.gap_target, NULL, o.person_id, NULL,
           count(*), sum(o.net_minor)::bigint, o.currency, string_agg(DISTINCT s.lacks, '; ')
      FROM open_unit o
      JOIN rule.gate_shut s ON s.tenant_id = o.tenant_id AND s.unit_id = o.unit_id AND s.target_id = o.gap_target
     WHERE o.code = 'GATE_SHUT'
     GROUP BY o.tenant_id, o.person_id, o.gap_target, o.currency
    UNION ALL
    -- Quantities that are not whole positive numbers have no units. (In a source without rules nobody asks for them.)
    SELECT l.tenant_id, 'BAD_QUANTITY', 'paid_without_access', 'l' || l.document_id || '.' || l.line_no, d.source_id, l.document_id, l.line_no,
           l.product_id, NULL, NULL, NULL, NULL, NULL, 0, abs(l.net_minor), d.currency, 'quantity ' || l.quantity
      FROM ctok.line l
      JOIN ctok.document d ON d.tenant_id = l.tenant_id AND d.document_id = l.document_id
      JOIN rule.source_ruled s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id
     WHERE (l.quantity <> trunc(l.quantity) OR l.quantity < 1) AND NOT l.gone AND d.status <> 'test' AND d.kind <> 'credit_note'
    UNION ALL
    -- A person must say whose it is.
    SELECT v.tenant_id, 'LEARNER_CHANGED', 'paid_without_access', 'l' || v.document_id || '.' || v.line_no, v.source_id, v.document_id, v.line_no,
           v.product_id, NULL, NULL, NULL, NULL, NULL, 0, sum(v.net_minor)::bigint, v.currency, ''
      FROM unit v
     WHERE v.learner_changed
     GROUP BY v.tenant_id, v.document_id, v.line_no, v.source_id, v.product_id, v.currency
    UNION ALL
    -- A partial refund of an order of several units, which does not say of which: access is kept.
    SELECT d.tenant_id, 'REFUND_AMBIGUOUS', 'access_without_money', 'd' || d.document_id, d.source_id, d.document_id, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, 0, d.refunded_minor, d.currency, s.words
      FROM ctok.document d
     CROSS JOIN LATERAL rule.seat_choices(d.tenant_id, d.document_id, d.currency) s
     WHERE d.refunded_minor > 0 AND d.refunded_minor < d.total_minor AND d.status = 'paid'
       AND NOT EXISTS (SELECT 1 FROM rule.refund_decided q WHERE q.tenant_id = d.tenant_id AND q.document_id = d.document_id AND q.about = 'refund'
                          AND q.about_minor = d.refunded_minor)
       AND NOT EXISTS (SELECT 1 FROM ctok.movement m WHERE m.tenant_id = d.tenant_id AND m.document_id = d.document_id
                          AND m.kind = 'refund' AND m.unit_id IS NOT NULL)
       AND NOT EXISTS (SELECT 1 FROM rule.document_credit k WHERE k.tenant_id = d.tenant_id AND k.original_id = d.document_id)
       AND s.seats > 1
    UNION ALL
    -- The same of a dispute over part of it that was lost.
    SELECT d.tenant_id, 'REFUND_AMBIGUOUS', 'access_without_money', 'x' || d.document_id, d.source_id, d.document_id, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, 0, x.lost_minor, d.currency, 'a lost dispute, ' || s.words
      FROM rule.document_dispute x
      JOIN ctok.document d ON d.tenant_id = x.tenant_id AND d.document_id = x.document_id AND d.status = 'paid'
     CROSS JOIN LATERAL rule.seat_choices(d.tenant_id, d.document_id, d.currency) s
     WHERE x.lost_minor > 0 AND x.lost_minor + d.refunded_minor < d.total_minor
       AND NOT EXISTS (SELECT 1 FROM rule.refund_decided q WHERE q.tenant_id = d.tenant_id AND q.document_id = d.document_id AND q.about = 'dispute'
                          AND q.about_minor = x.lost_minor)
       AND s.seats > 1
    UNION ALL
    -- A payment under dispute: the money is gone until it is won.
    SELECT x.tenant_id, 'DISPUTE_OPEN', 'access_without_money', 'd' || x.document_id, d.source_id, x.document_id, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, 0, x.open_minor, x.currency, 'since ' || to_char(x.open_since AT TIME ZONE rule.zone(), 'YYYY-MM-DD')
      FROM rule.document_dispute x
      JOIN ctok.document d ON d.tenant_id = x.tenant_id AND d.document_id = x.document_id
     WHERE x.open_minor > 0
    UNION ALL
    -- Money that a source of sales took and that none of its documents names.
    SELECT s.tenant_id, 'CHARGE_UNTIED', 'unexplained', 's' || s.settlement_id, s.source_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0,
           s.amount_minor, s.currency, 'payment ' || s.payment_key
      FROM ctok.settlement s
      JOIN ctok.source o ON o.tenant_id = s.tenant_id AND o.source_id = s.source_id AND o.role = 'sale' AND NOT o.gone
     WHERE s.kind = 'charge' AND s.document_id IS NULL AND s.amount_minor > 0
    UNION ALL
    -- What happened to the payment of a document, in another currency than the document's: it was not booked for it.
    SELECT x.tenant_id, 'SETTLEMENT_CURRENCY', 'unexplained', 's' || x.settlement_id, x.source_id, x.document_id, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, 0, abs(x.amount_minor), x.currency, format('%s %s, of a sale in %s', replace(x.kind, '_', ' '), x.external_key, x.document_currency)
      FROM rule.settlement_foreign x
    UNION ALL
    -- Payouts that the bank does not tell of, and what the bank tells of and no provider.
    SELECT p.tenant_id, 'PAYOUT_MISSING', 'unexplained', 'z' || p.payout_id, p.source_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0,
           abs(p.amount_minor), p.currency, format('%s, announced for %s', p.external_id, to_char(p.arrival_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD'))
      FROM rule.payout_missing p
    UNION ALL
    SELECT b.tenant_id, 'BANK_UNTIED', 'unexplained', 'x' || b.entry_id, b.source_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0,
           abs(b.amount_minor), b.currency, 'booked ' || to_char(b.booked_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD')
      FROM rule.bank_untied b
    UNION ALL
    -- A payout of which the bank names another amount.
    SELECT p.tenant_id, 'PAYOUT_BANK_DIFFERS', 'unexplained', 'y' || p.payout_id, p.source_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0,
           abs(p.amount_minor - a.bank_minor), p.currency,
           format('%s, paid out %s, at the bank %s on %s', p.external_id, rule.amount(p.amount_minor, p.currency), rule.amount(a.bank_minor, p.currency),
                  to_char(a.booked_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD'))
      FROM rule.payout_arrived a
      JOIN ctok.payout p ON p.tenant_id = a.tenant_id AND p.payout_id = a.payout_id AND p.amount_minor <> a.bank_minor
    UNION ALL
    -- A payout that is not what it is made of.
    SELECT p.tenant_id, 'PAYOUT_DIFFERS', 'unexplained', 'y' || p.payout_id, p.source_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0,
           abs(p.residual_minor), p.currency, 'payout ' || p.external_id
      FROM rule.payout_bridge p
     WHERE p.residual_minor <> 0
    UNION ALL
    -- A credit note for part of an invoice that does not say of which seats: access is kept.
    SELECT d.tenant_id, 'REFUND_AMBIGUOUS', 'access_without_money', 'd' || d.document_id, d.source_id, d.document_id, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, 0, k.loose_minor, d.currency, coalesce(c.words, '')
      FROM rule.document_credit k
      JOIN ctok.document d ON d.tenant_id = k.tenant_id AND d.document_id = k.original_id AND d.status = 'paid'
      JOIN rule.source_ruled s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id
     CROSS JOIN LATERAL rule.seat_choices(d.tenant_id, d.document_id, d.currency) c
     WHERE k.loose_minor > 0 AND k.credited_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM rule.refund_decided q WHERE q.tenant_id = d.tenant_id AND q.document_id = d.document_id AND q.about = 'credit'
                          AND q.about_minor = k.loose_minor)
       AND (SELECT count(*) FROM ctok.unit u WHERE u.tenant_id = d.tenant_id AND u.document_id = d.document_id AND NOT u.gone) > 1
    UNION ALL
    -- A credit note of which nothing can be taken back, because what it corrects is not known.
    SELECT d.tenant_id, 'CREDIT_UNTIED', 'access_without_money', 'd' || d.document_id, d.source_id, d.document_id, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, 0, abs(d.total_minor), d.currency,
           CASE WHEN d.corrects = '' THEN 'it names no original'
                WHEN o.document_id IS NOT NULL THEN format('its original, %s, is in %s', o.number, o.currency)
                ELSE 'its original, id ' || d.corrects || ', is not in the ledger' END
      FROM ctok.document d
      LEFT JOIN ctok.document o ON o.tenant_id = d.tenant_id AND o.source_id = d.source_id AND o.external_id = d.corrects AND o.kind <> 'credit_note'
     WHERE d.kind = 'credit_note' AND d.status <> 'test'
       AND NOT EXISTS (SELECT 1 FROM rule.credit_note c WHERE c.tenant_id = d.tenant_id AND c.document_id = d.document_id)
    UNION ALL
    -- A credit note that names another original than the one its money was given back on: it counts once, there.
    SELECT c.tenant_id, 'CREDIT_MOVED', 'access_without_money', 'd' || c.document_id, c.source_id, c.document_id, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, 0, abs(c.total_minor), c.currency,
           format('booked on %s, and now it names %s', b.number, coalesce(o.number, CASE c.corrects WHEN '' THEN 'none' ELSE 'id ' || c.corrects END))
      FROM ctok.credit_use u
      JOIN ctok.document c ON c.tenant_id = u.tenant_id AND c.document_id = u.note_id
      JOIN ctok.document b ON b.tenant_id = u.tenant_id AND b.document_id = u.original_id
      LEFT JOIN ctok.document o ON o.tenant_id = c.tenant_id AND o.source_id = c.source_id AND o.external_id = c.corrects AND o.kind <> 'credit_note'
     WHERE b.external_id <> c.corrects
    UNION ALL
    -- A document that is no longer where it was read: a person decides, access is left as it is. A draft that never counted may go.
    SELECT d.tenant_id, 'DOCUMENT_GONE', 'unexplained', 'd' || d.document_id, d.source_id, d.document_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0,
           abs(d.total_minor), d.currency, 'missing since ' || to_char(d.gone_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD')
      FROM ctok.document d
     WHERE d.gone_at IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM rule.gone_decided q WHERE q.tenant_id = d.tenant_id AND q.document_id = d.document_id)
       AND NOT (d.draft AND NOT EXISTS (SELECT 1 FROM ctok.movement m WHERE m.tenant_id = d.tenant_id AND m.document_id = d.document_id)
                AND NOT EXISTS (SELECT 1 FROM ctok.entitlement e WHERE e.tenant_id = d.tenant_id AND e.document_id = d.document_id))
    UNION ALL
    -- The source's own totals disagree.
    SELECT d.tenant_id, 'TOTALS_DIFFER', 'unexplained', 'd' || d.document_id, d.source_id, d.document_id, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, 0, abs(d.unallocated_minor), d.currency, ''
      FROM ctok.document d
     WHERE d.unallocated_minor <> 0 AND d.status <> 'test'
    UNION ALL
    -- Sold at another price than the rule expects.
    SELECT l.tenant_id, 'PRICE_DIFFERS', 'unexplained', 'l' || l.document_id || '.' || l.line_no, d.source_id, l.document_id, l.line_no,
           l.product_id, NULL, NULL, NULL, NULL, NULL, 0,
           CASE WHEN r.price_currency = d.currency THEN abs((l.unit_price_minor - r.price_minor) * trunc(l.quantity)::bigint) ELSE 0 END,
           d.currency, 'expected ' || r.price_minor || ' minor units of ' || r.price_currency
      FROM ctok.line l
      JOIN ctok.document d ON d.tenant_id = l.tenant_id AND d.document_id = l.document_id AND d.status = 'paid' AND d.kind <> 'credit_note'
      JOIN rule.product_choice c ON c.tenant_id = l.tenant_id AND c.product_id = l.product_id
      LEFT JOIN rule.line_choice q ON q.tenant_id = l.tenant_id AND q.document_id = l.document_id AND q.line_no = l.line_no
      JOIN ctok.product_rule r ON r.tenant_id = c.tenant_id AND r.rule_id = CASE WHEN c.asked THEN q.rule_id ELSE c.rule_id END AND r.price_minor IS NOT NULL
     WHERE NOT l.gone AND (r.price_currency <> d.currency OR NOT rule.price_fits(l.unit_price_minor, r.price_minor, r.price_tolerance))
    UNION ALL
    -- Enrolments of ours that no entitlement accounts for.
    SELECT g.tenant_id, 'ACCESS_WITHOUT_SALE', 'access_without_money', 'm' || g.site_id || '.' || g.course_id || '.' || g.user_id, NULL, NULL,
           NULL, NULL, g.site_id, NULL, g.course_id, NULL, g.user_id, 0, 0, '', ''
      FROM ctok.managed g
      JOIN ctok.mirror_enrolment m ON m.tenant_id = g.tenant_id AND m.site_id = g.site_id AND m.course_id = g.course_id
                                  AND m.user_id = g.user_id AND m.method IN ('manual', '?') AND m.active
     WHERE NOT EXISTS (SELECT 1 FROM accounted a
                        WHERE a.tenant_id = g.tenant_id AND a.site_id = g.site_id AND a.course_id = g.course_id AND a.user_id = g.user_id)
       AND NOT EXISTS (SELECT 1 FROM ctok.action w WHERE w.tenant_id = g.tenant_id AND w.action_id = g.action_id AND w.reason = 'welcome')
    UNION ALL
    -- A welcome course that is not there, or takes no enrolments.
    SELECT w.tenant_id, 'WELCOME_MISSING', 'none', 'v' || w.site_id, NULL, NULL, NULL, NULL, w.site_id, w.target_id, w.course_id, NULL, NULL, 0, 0, '',
           CASE WHEN m.course_id IS NULL THEN 'the course is not on the site' ELSE 'the course does not admit manual enrolments' END
      FROM rule.welcome_course w
      LEFT JOIN ctok.mirror_course m ON m.tenant_id = w.tenant_id AND m.site_id = w.site_id AND m.course_id = w.course_id
     WHERE m.manual IS NOT TRUE
    UNION ALL
    -- A welcome that Moodle refused.
    SELECT a.tenant_id, 'WELCOME_MISSING', 'none', 'w' || a.site_id || '.' || a.person_id, NULL, NULL, NULL, NULL, a.site_id, a.target_id, a.course_id, a.person_id,
           a.user_id, 0, 0, '', a.failure
      FROM ctok.action a
     WHERE a.reason = 'welcome' AND a.state IN ('refused', 'open', 'held') AND a.failure <> ''
    UNION ALL
    -- Cohorts: that they could not be read, that one is not there, that somebody was taken out of one, that Moodle refused a change.
    SELECT s.tenant_id, 'COHORT_UNREAD', 'none', 'c' || s.site_id, NULL, NULL, NULL, NULL, s.site_id, NULL, NULL, NULL, NULL, 0, 0, '', s.failure
      FROM ctok.cohort_state s
     WHERE s.failure <> ''
    UNION ALL
    SELECT g.tenant_id, 'COHORT_MISSING', 'none', 'c' || g.site_id || '.' || g.cohort, NULL, NULL, NULL, NULL, g.site_id, NULL, NULL, NULL, NULL, 0, 0, '',
           format('cohort %s, which %s to join', g.cohort, CASE count(*) WHEN 1 THEN '1 learner is' ELSE count(*) || ' learners are' END)
      FROM cohort g
     WHERE g.gap = 'missing'
     GROUP BY g.tenant_id, g.site_id, g.cohort
    UNION ALL
    SELECT g.tenant_id, 'COHORT_LEFT', 'none', 'c' || g.site_id || '.' || g.cohort || '.' || g.person_id, NULL, NULL, NULL, NULL, g.site_id, NULL, NULL, g.person_id,
           g.user_id, 0, 0, '', format('cohort %s', g.cohort)
      FROM cohort g
     WHERE g.gap = 'left'
    UNION ALL
    SELECT a.tenant_id, 'COHORT_REFUSED', 'none', 'c' || a.site_id || '.' || a.cohort || '.' || a.person_id, NULL, NULL, NULL, NULL, a.site_id, NULL, NULL, a.person_id,
           a.user_id, 0, 0, '', format('cohort %s: %s', a.cohort, a.failure)
      FROM ctok.action a
     WHERE a.cohort <> '' AND a.state IN ('refused', 'open') AND a.failure <> ''
    UNION ALL
    -- A course whose name now belongs to another id.
    SELECT t.tenant_id, 'COURSE_CHANGED', 'unexplained', 't' || t.target_id, NULL, NULL, NULL, NULL, t.site_id, t.target_id, c.course_id, NULL, NULL,
           0, 0, '', 'pinned id ' || t.course_id || ', now ' || c.course_id
      FROM ctok.target t
      JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.course_id <> t.course_id
       AND CASE split_part(t.reference, ':', 1) WHEN 'shortname' THEN c.shortname = substr(t.reference, 11)
                                                WHEN 'idnumber' THEN c.idnumber = substr(t.reference, 10) END
     WHERE t.course_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM ctok.mirror_course o WHERE o.tenant_id = t.tenant_id AND o.site_id = t.site_id AND o.course_id = t.course_id
                          AND CASE split_part(t.reference, ':', 1) WHEN 'shortname' THEN o.shortname = substr(t.reference, 11)
                                                                   ELSE o.idnumber = substr(t.reference, 10) END)
    UNION ALL
    -- Courses whose manual method mails a welcome at each change, also at a suspension. Only the database tells.
    SELECT c.tenant_id, 'WELCOME_MAIL', 'none', 'h' || c.site_id || '.' || c.course_id, NULL, NULL, NULL, NULL, c.site_id, t.target_id, c.course_id, NULL,
           NULL, 0, 0, '', ''
      FROM ctok.mirror_course c
      JOIN ctok.target t ON t.tenant_id = c.tenant_id AND t.site_id = c.site_id AND t.course_id = c.course_id
     WHERE c.welcome
    UNION ALL
    -- What was paid once and is not any more, while it still gives access that no other sale pays for.
    SELECT r.tenant_id, 'PAYMENT_REVERSED', 'access_without_money', 'd' || r.document_id, r.source_id, r.document_id, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, 0, sum(r.price_minor)::bigint, r.currency, CASE r.status WHEN 'test' THEN 'a test order now' ELSE 'unpaid now' END
      FROM (SELECT DISTINCT e.tenant_id, e.document_id, e.source_id, e.status, e.unit_id, e.price_minor, e.currency
              FROM unpaid e
              JOIN rule.access_gap g ON g.tenant_id = e.tenant_id AND g.person_id = e.person_id AND g.target_id = e.target_id
                                    AND g.managed AND g.active
             WHERE NOT EXISTS (SELECT 1 FROM rule.entitlement_live o
                                JOIN ctok.document x ON x.tenant_id = o.tenant_id AND x.document_id = o.document_id AND x.status = 'paid'
                               WHERE o.tenant_id = e.tenant_id AND o.person_id = e.person_id AND o.target_id = e.target_id AND NOT o.before_live
                                 AND o.starts_at <= rule.now() AND rule.now() < o.ends_at)) r
     GROUP BY r.tenant_id, r.document_id, r.source_id, r.status, r.currency
    UNION ALL
    -- Paid time is over and access goes on: the rule's grace has no end. What it was sold for is owed.
    SELECT a.tenant_id, 'PAST_DUE', 'access_without_money', 'a' || a.person_id || '.' || a.target_id, e.source_id, e.document_id, NULL, NULL, a.site_id, a.target_id,
           t.course_id, a.person_id, NULL, 0, e.price_minor, e.currency, 'since ' || to_char(a.debt_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD')
      FROM ctok.access a
      JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
     CROSS JOIN LATERAL (SELECT e.source_id, e.document_id, e.price_minor, e.currency
                           FROM ctok.entitlement e
                          WHERE e.tenant_id = a.tenant_id AND e.person_id = a.person_id AND e.target_id = a.target_id
                          ORDER BY e.ends_at DESC NULLS LAST, e.entitlement_id DESC LIMIT 1) e
     WHERE a.state = 'grace' AND a.suspend_at = 'infinity' AND NOT a.trial
    UNION ALL
    -- Sales that are paid for and still run, of clients whom their source has disabled: access is kept or ends, as the source's policy says, or is
    -- kept by a person's word.
    SELECT r.tenant_id, 'CLIENT_DISABLED', CASE WHEN bool_or(r.lost) THEN 'paid_without_access' ELSE 'none' END, 'd' || r.document_id, r.source_id, r.document_id, NULL, NULL,
           NULL, NULL, NULL, NULL, NULL, 0, coalesce(sum(r.net_minor) FILTER (WHERE r.lost), 0)::bigint, r.currency,
           format('disabled since %s; access %s', to_char(r.disabled_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD'),
                  CASE WHEN bool_or(r.lost) THEN 'ends' WHEN r.ends THEN 'is allowed by a decision' ELSE 'is kept' END)
      FROM (SELECT x.tenant_id, x.source_id, x.document_id, x.ends, x.disabled_at, u.unit_id, u.net_minor, e.currency,
                   bool_or(x.ends AND a.why IS DISTINCT FROM 'allowed') AS lost
              FROM rule.document_disabled x
              JOIN ctok.document d ON d.tenant_id = x.tenant_id AND d.document_id = x.document_id AND d.status = 'paid'
              JOIN rule.entitlement_live e ON e.tenant_id = x.tenant_id AND e.document_id = x.document_id AND NOT e.before_live
              JOIN ctok.unit u ON u.tenant_id = e.tenant_id AND u.unit_id = e.unit_id
              JOIN ctok.product_rule p ON p.tenant_id = e.tenant_id AND p.rule_id = e.rule_id
              LEFT JOIN ctok.access a ON a.tenant_id = e.tenant_id AND a.person_id = e.person_id AND a.target_id = e.target_id
             WHERE coalesce(e.revoked_why, 'disabled') = 'disabled'
               AND CASE WHEN e.revoked_why IS NULL THEN e.ends_at
                        ELSE coalesce(p.until, rule.term_end(greatest(e.starts_at, e.sold_at), p.term, rule.zone())) END > rule.now()
             GROUP BY x.tenant_id, x.source_id, x.document_id, x.ends, x.disabled_at, u.unit_id, u.net_minor, e.currency) r
     GROUP BY r.tenant_id, r.source_id, r.document_id, r.ends, r.disabled_at, r.currency
    UNION ALL
    -- What counts as paid, and of which the rest is overdue.
    SELECT x.tenant_id, 'REST_OVERDUE', 'access_without_money', 'd' || x.document_id, x.source_id, x.document_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0,
           d.total_minor - d.paid_minor, d.currency,
           format('was due on %s; access %s', to_char(x.rest_due_at AT TIME ZONE rule.zone() - interval '1 day', 'YYYY-MM-DD'), CASE WHEN x.ends THEN 'ends' ELSE 'is kept' END)
      FROM rule.document_overdue x
      JOIN ctok.document d ON d.tenant_id = x.tenant_id AND d.document_id = x.document_id
     WHERE x.rest_due_at <= rule.now() AND d.gone_at IS NULL
       AND EXISTS (SELECT 1 FROM rule.entitlement_live e WHERE e.tenant_id = x.tenant_id AND e.document_id = x.document_id AND NOT e.before_live)
    UNION ALL
    -- Access that is as a person decided, and would be otherwise by the rules.
    SELECT a.tenant_id, 'OVERRIDDEN', CASE WHEN coalesce(e.paid, false) = (a.why = 'allowed') THEN 'none' WHEN e.paid THEN 'paid_without_access' ELSE 'access_without_money' END,
           'v' || a.person_id || '.' || a.target_id, e.source_id, NULL, NULL, NULL, a.site_id, a.target_id, t.course_id, a.person_id, NULL, 0,
           CASE WHEN coalesce(e.paid, false) = (a.why = 'allowed') THEN 0 ELSE coalesce(e.price_minor, 0) END, coalesce(e.currency, ''),
           format('%s by decision %s', a.why, v.decision_id)
               || CASE WHEN v.until_at < 'infinity' THEN ' until ' || rule.last_day(v.until_at, rule.zone()) ELSE '' END
      FROM ctok.access a
      JOIN rule.access_override v ON v.tenant_id = a.tenant_id AND v.person_id = a.person_id AND v.target_id = a.target_id
      JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
      LEFT JOIN LATERAL (SELECT e.source_id, e.price_minor, e.currency, (e.revoked_at IS NULL AND coalesce(e.ends_at > rule.now(), true)) OR e.revoked_why IS NOT DISTINCT FROM 'disabled' AS paid
                           FROM ctok.entitlement e
                          WHERE e.tenant_id = a.tenant_id AND e.person_id = a.person_id AND e.target_id = a.target_id
                          ORDER BY e.ends_at DESC NULLS LAST, e.entitlement_id DESC LIMIT 1) e ON true
     WHERE a.why IN ('allowed', 'denied', 'dropped')
    UNION ALL
    -- Completions before the first paid cycle.
    SELECT c.tenant_id, 'UNCOVERED', 'access_without_money', 'c' || c.target_id || '.' || c.person_id, NULL, NULL, NULL, NULL, c.site_id, c.target_id,
           c.course_id, c.person_id, NULL, 0, 0, '', ''
      FROM rule.completion_cycle c
     WHERE c.cycle IS NULL
    UNION ALL
    -- Completions whose certificate is due and not made.
    SELECT c.tenant_id, 'CERTIFICATE_WAITING', 'none', 'w' || c.target_id || '.' || c.person_id || '.' || c.cycle, NULL, NULL, NULL, NULL, c.site_id,
           c.target_id, c.course_id, c.person_id, NULL, 0, 0, '', ''
      FROM rule.completion_due c
     WHERE c.due
    UNION ALL
    -- One address, two names that cannot be one human's.
    SELECT n.tenant_id, 'NAME_CHANGED', 'none', 'n' || n.person_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, n.person_id, NULL, 0, 0, '',
           concat('ctok-admin person show #', n.person_id, CASE WHEN w.waiting = 1 THEN '; 1 certificate waits' WHEN w.waiting > 1 THEN format('; %s certificates wait', w.waiting) END)
      FROM rule.doubted_name n
      LEFT JOIN (SELECT c.tenant_id, c.person_id, count(*) AS waiting FROM rule.completion_due c WHERE c.doubted GROUP BY c.tenant_id, c.person_id) w
             ON w.tenant_id = n.tenant_id AND w.person_id = n.person_id
    UNION ALL
    -- Accounts that say something else than the sales, and why it was not written.
    SELECT g.tenant_id, CASE g.about WHEN 'name' THEN 'NAME_DIFFERS' WHEN 'email' THEN 'EMAIL_DIFFERS' ELSE 'FIELD_DIFFERS' END, 'none',
           concat('k', g.site_id, '.', g.person_id, CASE g.policy WHEN 'source' THEN '.s' END), NULL, NULL, NULL, NULL, g.site_id, NULL, NULL, g.person_id,
           g.user_id, 0, 0, '',
           concat_ws('; ', CASE g.about WHEN 'field' THEN string_agg(g.field, ', ' ORDER BY g.field) END,
                     CASE g.policy WHEN 'source' THEN coalesce(max(a.why), CASE WHEN bool_or(g.trial) THEN 'trial' ELSE 'not written yet' END) END)
      FROM suspect q
      JOIN rule.account_gap g ON g.tenant_id = q.tenant_id AND g.site_id = q.site_id AND g.person_id = q.person_id
      LEFT JOIN (SELECT a.tenant_id, a.site_id, a.person_id,
                        CASE a.state WHEN 'held' THEN lower(coalesce(w.words, a.held_why)) WHEN 'sending' THEN 'it is not known whether it arrived'
                                     ELSE nullif(a.failure, '') END AS why
                   FROM ctok.action a
                   LEFT JOIN rule.held_word w ON w.code = a.held_why
                  WHERE a.kind = 'update_account' AND a.state IN ('open', 'held', 'sending', 'refused')) a
             ON a.tenant_id = g.tenant_id AND a.site_id = g.site_id AND a.person_id = g.person_id
     GROUP BY g.tenant_id, g.site_id, g.person_id, g.user_id, g.about, g.policy
    UNION ALL
    -- Certificates that could not be drawn.
    SELECT i.tenant_id, 'CERTIFICATE_REFUSED', 'none', 'i' || i.issue_id, NULL, NULL, NULL, NULL, i.site_id, i.target_id, i.course_id, i.person_id,
           NULL, 0, 0, '', i.failure
      FROM ctok.issue i
     WHERE i.state = 'refused'
    UNION ALL
    -- Documents of one sale that contradict each other, or lack each other.
    SELECT x.tenant_id, x.class, x.risk, 'x' || x.about, x.source_id, x.document_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, x.risk_minor, x.currency,
           x.detail
      FROM rule.deal_finding x
    UNION ALL
    -- Mail that did not arrive, or may not have, or is due to whom nothing is sent.
    SELECT o.tenant_id, o.class, 'none', o.key, NULL, NULL, NULL, NULL, NULL, NULL, NULL, o.person_id, NULL, 0, 0, '', o.detail
      FROM rule.mail_finding o
    UNION ALL
    -- Notices that nobody takes count as given after a week.
    SELECT n.tenant_id, 'NOTICE_UNDELIVERABLE', 'none', 'n' || n.episode_id, NULL, NULL, NULL, NULL, NULL, n.target_id, NULL, n.person_id, NULL, 0, 0, '', ''
      FROM rule.notice_given n
     WHERE n.undeliverable
)
SELECT tenant_id, rule.finding_code(class, key, currency) AS finding_id, class, risk, source_id, document_id,
       line_no, product_id, site_id, target_id, course_id, person_id, user_id, units, risk_minor, currency, detail
  FROM item;
