-- Decisions as people read them.

-- What the rule of a grant or of a corrected policy says otherwise: "for P10D", "term P10D, grace 14 days".
CREATE FUNCTION rule.patch_words(patch jsonb, zone text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN concat_ws(', ',
        CASE WHEN patch ->> 'until' IS NOT NULL THEN 'until ' || rule.last_day((patch ->> 'until')::timestamptz, zone)
             WHEN patch ->> 'term' IS NOT NULL THEN 'term ' || (patch ->> 'term')
             WHEN patch ? 'term' THEN 'without end' END,
        CASE WHEN patch -> 'grace_days' = 'null' THEN 'grace without end'
             WHEN patch ? 'grace_days' THEN 'grace ' || (patch ->> 'grace_days') || CASE patch ->> 'grace_days' WHEN '1' THEN ' day' ELSE ' days' END END);

-- `what` says it in a few words, `until` how long it holds, `state` whether it does, `who_name` and `reason` who answers for it and why.
CREATE VIEW rule.decision_word WITH (security_invoker = true) AS
SELECT d.tenant_id, d.decision_id, d.kind, d.person_id, d.target_id, d.document_id, d.asked_at, d.until_at, d.begun_at, d.ended_at, d.who_name, d.reason,
       d.revoked_at, d.revoked_who, d.revoked_reason, d.ended_why,
       CASE d.kind
           WHEN 'grant' THEN format('access to %s granted to %s, %s', coalesce(n.course, 'the courses of ' || r.match_kind || ':' || r.pattern), w.who,
                                    coalesce(nullif(rule.patch_words(d.patch - 'grace_days', rule.zone()), ''), 'as if it were sold'))
           WHEN 'policy' THEN format('policy of %s%s%s: %s', w.document, ', only ' || n.course, ', only of ' || w.who, rule.patch_words(d.patch, rule.zone()))
           WHEN 'allow' THEN format('access of %s to %s allowed', w.who, n.course)
           WHEN 'deny' THEN format('access of %s to %s denied', w.who, n.course)
           WHEN 'drop' THEN format('%s left %s', w.who, n.course)
           WHEN 'restore' THEN format('access of %s to %s is to be given back', w.who, n.course)
           WHEN 'end' THEN format('%s, which vanished, is at its end', w.document)
           WHEN 'seat' THEN format('what was given back of %s (%s) was for %s', w.document, rule.amount(d.about_minor, x.currency),
                                   (SELECT string_agg(format('line %s seat %s', u.line_no, u.unit_no), ', ' ORDER BY u.line_no, u.unit_no)
                                      FROM ctok.decision_unit s
                                      JOIN ctok.unit u ON u.tenant_id = s.tenant_id AND u.unit_id = s.unit_id
                                     WHERE s.tenant_id = d.tenant_id AND s.decision_id = d.decision_id))
           ELSE CASE d.about WHEN 'gone' THEN format('%s, which vanished, stays as it is', w.document)
                             ELSE format('what was given back of %s (%s) ends nobody''s access', w.document, rule.amount(d.about_minor, x.currency)) END
       END AS what,
       CASE WHEN d.ended_at IS NOT NULL THEN d.ended_why WHEN d.revoked_at IS NOT NULL THEN 'revoking' WHEN d.begun_at IS NULL THEN 'noted' ELSE 'holds' END AS state
  FROM ctok.decision d
  LEFT JOIN rule.target_name n ON n.tenant_id = d.tenant_id AND n.target_id = d.target_id
  LEFT JOIN ctok.product_rule r ON r.tenant_id = d.tenant_id AND r.rule_id = d.rule_id
  LEFT JOIN ctok.person p ON p.tenant_id = d.tenant_id AND p.person_id = d.person_id
  LEFT JOIN ctok.document x ON x.tenant_id = d.tenant_id AND x.document_id = d.document_id
  LEFT JOIN ctok.source s ON s.tenant_id = x.tenant_id AND s.source_id = x.source_id
 CROSS JOIN LATERAL (SELECT CASE WHEN p.person_id IS NOT NULL THEN format('%s (#%s)', coalesce(nullif(p.display_name, ''), p.email), p.person_id) END AS who,
                            format('%s %s of source "%s"', replace(x.kind, '_', ' '), x.number, s.name) AS document) w;

-- What became of it, in words.
CREATE FUNCTION rule.decision_state_words(state text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE state WHEN 'noted' THEN 'from the next reconcile on' WHEN 'holds' THEN 'holds' WHEN 'revoking' THEN 'until the next reconcile: it was taken back'
                      WHEN 'revoked' THEN 'taken back' WHEN 'expired' THEN 'its time is over' WHEN 'superseded' THEN 'another decision took its place'
                      WHEN 'done' THEN 'done' WHEN 'moot' THEN 'there was nothing left to do' WHEN 'over' THEN 'over' ELSE state END;

-- The open findings that wait for a person to decide, with what may be decided.
CREATE VIEW rule.decision_open WITH (security_invoker = true) AS
SELECT f.tenant_id, f.finding_id, f.class, f.person_id, f.target_id, f.document_id, f.risk_minor, f.currency, f.first_seen, f.detail,
       CASE f.class WHEN 'DOCUMENT_GONE' THEN 'end | keep' WHEN 'REFUND_AMBIGUOUS' THEN 'seat LINE.SEAT … | keep' ELSE 'restore | drop' END AS answers
  FROM ctok.finding f
 WHERE f.cleared_at IS NULL AND f.class IN ('DOCUMENT_GONE', 'REFUND_AMBIGUOUS', 'TAKEN_AWAY');
