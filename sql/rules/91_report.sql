-- What the workbook shows, a view per sheet. Moments are those of the tenant's clock (timestamp without zone), so that a snapshot
-- of them needs no zone tables to be read again. `ctok.report_run` names the run that reports.

CREATE FUNCTION rule.report_run() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('ctok.report_run', true), '')::bigint;

CREATE FUNCTION rule.report_moment(moment timestamptz) RETURNS timestamp
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN isfinite(moment) THEN date_trunc('second', moment AT TIME ZONE rule.zone()) END;

-- "active until 2026-09-01": an enrolment as people say it. Moodle's 0 is "none".
CREATE FUNCTION rule.report_enrolment(status smallint, time_start bigint, time_end bigint) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN status IS NULL THEN 'not enrolled'
        ELSE CASE status WHEN 0 THEN 'active' ELSE 'suspended' END
          || CASE WHEN time_start > 0 THEN ' from ' || to_char(to_timestamp(time_start) AT TIME ZONE rule.zone(), 'YYYY-MM-DD') ELSE '' END
          || CASE WHEN time_end > 0 THEN ' until ' || to_char(to_timestamp(time_end) AT TIME ZONE rule.zone(), 'YYYY-MM-DD') ELSE ', no end' END
        END;

-- Names and values about the whole.
CREATE VIEW rule.report_cover WITH (security_invoker = true) AS
WITH sold AS (
    SELECT count(*) AS documents, min(effective_at) AS first, max(effective_at) AS last FROM ctok.document
)
SELECT v.place, v.name, v.value
  FROM ctok.tenant t
 CROSS JOIN sold s
  JOIN ctok.run r ON r.tenant_id = t.tenant_id AND r.run_id = rule.report_run()
 CROSS JOIN LATERAL (VALUES
        (1, 'tenant', t.name),
        (2, 'run', r.run_id::text),
        (3, 'night', r.night_id::text),
        (4, 'now', to_char(rule.report_moment(rule.now()), 'YYYY-MM-DD HH24:MI:SS')),
        (5, 'now_utc', floor(extract(epoch FROM rule.now()))::bigint::text),
        (6, 'zone', rule.zone()),
        (7, 'documents', s.documents::text),
        (8, 'sold_from', coalesce(to_char(rule.report_moment(s.first), 'YYYY-MM-DD'), '')),
        (9, 'sold_to', coalesce(to_char(rule.report_moment(s.last), 'YYYY-MM-DD'), '')),
        -- Nothing is live, or some rule's source is not on its site.
        (10, 'trial', (NOT EXISTS (SELECT 1 FROM ctok.live)
                       OR EXISTS (SELECT 1
                                    FROM ctok.product_rule p
                                   WHERE p.tenant_id = t.tenant_id AND NOT p.gone AND NOT p.exclude
                                     AND NOT EXISTS (SELECT 1 FROM ctok.live l
                                                      WHERE l.tenant_id = p.tenant_id AND l.site_id = p.site_id
                                                        AND l.source_id = p.source_id)))::integer::text),
        (11, 'preview', rule.preview()::integer::text),
        (12, 'locale', t.locale)
       ) v (place, name, value)
 WHERE t.tenant_id = ctok.current_tenant();

-- The controls as saved for this run.
CREATE VIEW rule.report_control WITH (security_invoker = true) AS
SELECT c.control, coalesce(w.words, c.control) AS title, coalesce(w.advice, '') AS explanation, c.currency, c.expected, c.actual
  FROM ctok.control_result c
  LEFT JOIN rule.report_word w ON w.kind = 'control' AND w.code = c.control
 WHERE c.run_id = rule.report_run();

-- From what was sold to all documents, from these down to the units, and from what was sold to what of it is left; per currency. What is in other
-- currencies is never added: `home_minor` is NULL where a rate lacks.
CREATE VIEW rule.report_bridge WITH (security_invoker = true) AS
WITH unit_net AS (
    SELECT u.tenant_id, u.document_id, sum(u.net_minor)::bigint AS net_minor
      FROM ctok.unit u
      JOIN ctok.line l ON l.tenant_id = u.tenant_id AND l.document_id = u.document_id AND l.line_no = u.line_no
     WHERE NOT u.gone AND NOT l.gone
     GROUP BY u.tenant_id, u.document_id
), odd_line AS (
    SELECT l.tenant_id, l.document_id, sum(l.net_minor)::bigint AS net_minor
      FROM ctok.line l
     WHERE NOT l.gone AND (l.quantity <> trunc(l.quantity) OR l.quantity < 1)
     GROUP BY l.tenant_id, l.document_id
), part AS (
    SELECT d.currency, sum(d.total_minor)::bigint AS charged_minor,
           coalesce(sum(d.total_minor) FILTER (WHERE r.document_id IS NOT NULL), 0)::bigint AS sold_minor,
           coalesce(sum(d.total_minor) FILTER (WHERE r.document_id IS NULL AND d.status <> 'test' AND x.document_id IS NULL), 0)::bigint AS settling_minor,
           coalesce(sum(d.total_minor) FILTER (WHERE x.document_id IS NOT NULL), 0)::bigint AS expected_minor,
           coalesce(sum(d.total_minor) FILTER (WHERE d.status = 'test'), 0)::bigint AS test_minor, sum(d.shipping_minor)::bigint AS shipping_minor,
           sum(d.unallocated_minor)::bigint AS unallocated_minor, coalesce(sum(o.net_minor), 0)::bigint AS odd_line_minor,
           coalesce(sum(u.net_minor), 0)::bigint AS unit_minor,
           coalesce(sum(d.total_minor - rule.paid(d.paid_minor, d.status, d.total_minor)) FILTER (WHERE r.document_id IS NOT NULL AND d.status = 'cancelled'),
                    0)::bigint AS cancelled_minor,
           coalesce(sum(r.refunded_minor), 0)::bigint AS refunded_minor, coalesce(sum(r.worth_minor), 0)::bigint AS revenue_minor,
           coalesce(sum(r.home_minor), 0)::bigint AS home_minor, count(*) FILTER (WHERE r.document_id IS NOT NULL AND r.home_minor IS NULL) AS unrated
      FROM ctok.document d
      LEFT JOIN rule.revenue r ON r.tenant_id = d.tenant_id AND r.document_id = d.document_id
      LEFT JOIN rule.document_expected x ON x.tenant_id = d.tenant_id AND x.document_id = d.document_id
      LEFT JOIN unit_net u ON u.tenant_id = d.tenant_id AND u.document_id = d.document_id
      LEFT JOIN odd_line o ON o.tenant_id = d.tenant_id AND o.document_id = d.document_id
     WHERE d.kind <> 'credit_note'
     GROUP BY d.currency
)
SELECT p.currency, p.sold_minor, p.settling_minor, p.test_minor, p.expected_minor, p.charged_minor, p.shipping_minor, p.unallocated_minor, p.odd_line_minor, p.unit_minor,
       p.cancelled_minor, p.refunded_minor, p.revenue_minor, t.currency AS home, CASE WHEN p.unrated = 0 THEN p.home_minor END AS home_minor, p.unrated
  FROM part p
  JOIN ctok.tenant t ON t.tenant_id = ctok.current_tenant();

-- The open findings.
CREATE VIEW rule.report_exception WITH (security_invoker = true) AS
SELECT f.finding_id, coalesce(w.words, f.class) AS class, coalesce(k.words, f.risk) AS risk,
       coalesce(p.display_name, nullif(concat_ws(' ', u.firstname, u.lastname), ''), '') AS person,
       coalesce(p.email, u.email, '') AS email, coalesce(c.shortname, nullif(split_part(t.reference, ':', 2), ''), '') AS course,
       coalesce(s.name, i.name, '') AS origin, coalesce(d.number, '') AS document, coalesce(r.name, l.name, '') AS product,
       f.units, CASE WHEN f.currency = '' THEN NULL ELSE f.currency END AS currency,
       CASE WHEN f.currency = '' THEN NULL ELSE f.risk_minor END AS risk_minor,
       rule.report_moment(f.first_seen)::date AS first_seen,
       greatest(floor(extract(epoch FROM rule.now() - f.first_seen) / 86400)::bigint, 0) AS age_days, f.detail,
       coalesce(w.advice, '') AS advice, f.class AS code
  FROM ctok.finding f
  LEFT JOIN rule.report_word w ON w.kind = 'finding' AND w.code = f.class
  LEFT JOIN rule.report_word k ON k.kind = 'risk' AND k.code = f.risk
  LEFT JOIN ctok.person p ON p.tenant_id = f.tenant_id AND p.person_id = f.person_id
  LEFT JOIN ctok.mirror_user u ON u.tenant_id = f.tenant_id AND u.site_id = f.site_id AND u.user_id = f.user_id
  LEFT JOIN ctok.target t ON t.tenant_id = f.tenant_id AND t.target_id = f.target_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = f.tenant_id AND c.site_id = f.site_id AND c.course_id = coalesce(f.course_id, t.course_id)
  LEFT JOIN ctok.source s ON s.tenant_id = f.tenant_id AND s.source_id = f.source_id
  LEFT JOIN ctok.site i ON i.tenant_id = f.tenant_id AND i.site_id = f.site_id
  LEFT JOIN ctok.document d ON d.tenant_id = f.tenant_id AND d.document_id = f.document_id
  LEFT JOIN ctok.product r ON r.tenant_id = f.tenant_id AND r.product_id = f.product_id
  LEFT JOIN ctok.line n ON n.tenant_id = f.tenant_id AND n.document_id = f.document_id AND n.line_no = f.line_no
  LEFT JOIN ctok.product l ON l.tenant_id = n.tenant_id AND l.product_id = n.product_id
 WHERE f.cleared_at IS NULL;

-- Every unit once, with its money and the access it gives. A unit that is no longer in its document counts 0 and 0.00.
CREATE VIEW rule.report_access WITH (security_invoker = true) AS
-- Each part once for all units: in a loop over them it would be judged anew for each. They are joined by their keys alone, without the tenant,
-- which row security sees to: by a column that nothing is known of the planner takes them for a few rows, and loops over all of them.
WITH v AS MATERIALIZED (
    SELECT * FROM rule.unit_class
), given AS MATERIALIZED (
    SELECT e.tenant_id, e.unit_id, string_agg(coalesce(c.shortname, split_part(t.reference, ':', 2)), ', ' ORDER BY e.target_id) AS course,
           min(e.starts_at) AS starts_at, max(e.ends_at) AS ends_at,
           string_agg(DISTINCT CASE WHEN g.user_id IS NULL THEN 'no account'
                                    WHEN g.gap = 'ACCOUNT_SUSPENDED' THEN 'account suspended'
                                    WHEN g.before_status IS NULL THEN 'not enrolled'
                                    WHEN g.active THEN 'active'
                                    WHEN g.before_status = 0 THEN 'ended'
                                    ELSE 'suspended' END, ' / ') AS moodle
      FROM rule.entitlement_live e
      JOIN ctok.target t ON t.tenant_id = e.tenant_id AND t.target_id = e.target_id
      LEFT JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.course_id = t.course_id
      LEFT JOIN rule.access_gap g ON g.tenant_id = e.tenant_id AND g.person_id = e.person_id AND g.target_id = e.target_id
     GROUP BY e.tenant_id, e.unit_id
), filed AS MATERIALIZED (
    -- Open findings that stand for units, by what they stand for.
    SELECT tenant_id, finding_id,
           CASE WHEN class IN ('UNMAPPED_PRODUCT', 'RULE_TIE') THEN concat_ws('.', class, product_id, currency)
                WHEN class IN ('NO_LEARNER', 'BAD_EMAIL', 'NOT_RECONCILED') THEN concat_ws('.', class, document_id, line_no)
                ELSE concat_ws('.', 'ACCESS', person_id, target_id) END AS about
      FROM ctok.finding
     WHERE cleared_at IS NULL AND units > 0
)
SELECT v.unit_id, s.name AS source, d.number AS document, d.document_id, v.line_no, v.unit_no,
       rule.report_moment(v.sold_at)::date AS sold_on, coalesce(nullif(b.name, ''), b.email, '') AS buyer,
       coalesce(p.display_name, n.name, '') AS learner, coalesce(p.email, n.email, '') AS email, r.name AS product, r.sku,
       coalesce(x.course, '') AS course, CASE WHEN u.gone OR l.gone THEN 0 ELSE 1 END AS quantity, v.currency,
       CASE WHEN u.gone OR l.gone THEN 0 ELSE v.net_minor END AS net_minor, v.class, coalesce(w.words, v.code) AS reason, v.code,
       coalesce(f.finding_id, '') AS finding_id, rule.report_moment(x.starts_at)::date AS access_from,
       rule.report_moment(x.ends_at)::date AS access_to, coalesce(x.moodle, '') AS moodle
  FROM v
  JOIN ctok.unit u ON u.unit_id = v.unit_id
  JOIN ctok.line l ON l.tenant_id = u.tenant_id AND l.document_id = v.document_id AND l.line_no = v.line_no
  JOIN ctok.document d ON d.tenant_id = u.tenant_id AND d.document_id = v.document_id
  JOIN ctok.source s ON s.tenant_id = u.tenant_id AND s.source_id = v.source_id
  JOIN ctok.product r ON r.tenant_id = u.tenant_id AND r.product_id = v.product_id
  LEFT JOIN ctok.contact b ON b.tenant_id = d.tenant_id AND b.contact_id = d.buyer_contact_id
  LEFT JOIN ctok.contact n ON n.tenant_id = l.tenant_id AND n.contact_id = l.learner_contact_id
  LEFT JOIN ctok.person p ON p.tenant_id = u.tenant_id AND p.person_id = v.person_id
  LEFT JOIN given x ON x.unit_id = v.unit_id
  LEFT JOIN rule.report_word w ON w.kind = 'unit' AND w.code = v.code
  LEFT JOIN filed f ON v.class = 'open'
                   AND f.about = CASE WHEN v.code IN ('UNMAPPED_PRODUCT', 'RULE_TIE') THEN concat_ws('.', v.code, v.product_id, v.currency)
                                      WHEN v.code IN ('ACCESS', 'TRIAL') THEN concat_ws('.', 'ACCESS', v.person_id, v.gap_target)
                                      ELSE concat_ws('.', v.code, v.document_id, v.line_no) END;

-- What is kept of sales beside names and money. What is said of the whole document is the buyer's, and so is what is said of a line that names no
-- learner; else it is the learner's.
CREATE VIEW rule.report_field WITH (security_invoker = true) AS
SELECT d.document_id, f.line_no, d.number AS document, rule.report_moment(d.effective_at)::date AS sold_on, s.name AS source, f.name AS field, f.value,
       w.words AS about, coalesce(p.display_name, c.name, '') AS who, coalesce(p.email, c.email, '') AS email, coalesce(r.name, '') AS product
  FROM ctok.kept_field f
  JOIN ctok.document d ON d.tenant_id = f.tenant_id AND d.document_id = f.document_id
  JOIN ctok.source s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id
  LEFT JOIN ctok.line l ON l.tenant_id = f.tenant_id AND l.document_id = f.document_id AND l.line_no = f.line_no
  LEFT JOIN ctok.product r ON r.tenant_id = l.tenant_id AND r.product_id = l.product_id
 CROSS JOIN LATERAL (SELECT CASE WHEN l.learner_contact_id IS NULL THEN 'buyer' ELSE 'learner' END AS code) a
  LEFT JOIN ctok.contact c ON c.tenant_id = f.tenant_id AND c.contact_id = CASE a.code WHEN 'buyer' THEN d.buyer_contact_id ELSE l.learner_contact_id END
  LEFT JOIN ctok.person_contact k ON k.tenant_id = c.tenant_id AND k.contact_id = c.contact_id
  LEFT JOIN ctok.person p ON p.tenant_id = k.tenant_id AND p.person_id = k.person_id
  LEFT JOIN rule.report_word w ON w.kind = 'about' AND w.code = a.code;

-- What the night planned and did: actions made or ended in it, and those that still wait. One that gave way to another for the same
-- person and course is left out: the other one is here.
CREATE VIEW rule.report_action WITH (security_invoker = true) AS
SELECT a.action_id, coalesce(k.words, a.kind) AS kind, i.name AS site, coalesce(c.shortname, nullif(split_part(t.reference, ':', 2), ''), '') AS course,
       p.display_name AS person, p.email,
       CASE WHEN a.kind = 'create_account' THEN 'no account'
            WHEN a.kind IN ('join_cohort', 'leave_cohort') THEN CASE a.kind WHEN 'leave_cohort' THEN a.cohort ELSE '' END
            WHEN a.kind = 'update_account' THEN rule.changed_words(a.tenant_id, a.action_id, false)
            ELSE rule.report_enrolment(a.before_status, a.before_start, a.before_end) END AS before,
       CASE WHEN a.kind = 'create_account' THEN 'account'
            WHEN a.kind IN ('join_cohort', 'leave_cohort') THEN CASE a.kind WHEN 'join_cohort' THEN a.cohort ELSE '' END
            WHEN a.kind = 'update_account' THEN rule.changed_words(a.tenant_id, a.action_id, true)
            ELSE rule.report_enrolment(a.after_status, a.after_start, a.after_end) END AS after,
       coalesce(w.words, a.reason) AS reason,
       CASE WHEN a.trial AND a.state = 'open' THEN 'Trial' ELSE coalesce(h.words, s.words, a.state) END AS state,
       CASE WHEN a.trial AND a.state = 'open' THEN 'trial' ELSE a.state END AS code,
       rule.report_moment(a.ended_at) AS ended_at, a.failure
  FROM ctok.action a
  JOIN ctok.plan l ON l.tenant_id = a.tenant_id AND l.plan_id = a.plan_id
  JOIN ctok.run n ON n.tenant_id = a.tenant_id AND n.run_id = rule.report_run()
  LEFT JOIN ctok.run m ON m.tenant_id = l.tenant_id AND m.run_id = l.run_id
  LEFT JOIN ctok.run e ON e.tenant_id = a.tenant_id AND e.run_id = a.ended_run
  JOIN ctok.site i ON i.tenant_id = a.tenant_id AND i.site_id = a.site_id
  JOIN ctok.person p ON p.tenant_id = a.tenant_id AND p.person_id = a.person_id
  LEFT JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = a.tenant_id AND c.site_id = a.site_id AND c.course_id = coalesce(a.course_id, t.course_id)
  LEFT JOIN rule.report_word k ON k.kind = 'action' AND k.code = a.kind
  LEFT JOIN rule.report_word w ON w.kind = 'reason' AND w.code = a.reason
  LEFT JOIN rule.report_word s ON s.kind = 'state' AND s.code = a.state
  LEFT JOIN rule.held_word h ON h.code = a.held_why AND a.state = 'held'
 WHERE (a.state IN ('open', 'held', 'sending') OR m.night_id = n.night_id OR e.night_id = n.night_id)
   AND NOT (a.state = 'superseded'
            AND EXISTS (SELECT 1 FROM ctok.action b
                         WHERE b.tenant_id = a.tenant_id AND b.person_id = a.person_id AND b.site_id = a.site_id
                           AND b.target_id IS NOT DISTINCT FROM a.target_id AND b.action_id > a.action_id));

-- Every payout, from what was charged down to what the bank got, and what the bank says of it.
CREATE VIEW rule.report_payout WITH (security_invoker = true) AS
SELECT p.payout_id, p.external_id AS payout, s.name AS source, coalesce(w.words, p.status) AS status, rule.report_moment(p.created_at)::date AS created_on,
       rule.report_moment(p.arrival_at)::date AS arrives_on, p.entries, p.currency, p.charge_minor, p.refund_minor, p.dispute_minor, p.fee_minor,
       p.reserve_minor, p.reader_minor, p.failed_minor, p.other_minor, p.amount_minor, p.residual_minor, rule.report_moment(a.booked_at)::date AS bank_on,
       a.bank_minor, p.amount_minor - a.bank_minor AS bank_difference_minor
  FROM rule.payout_bridge p
  LEFT JOIN rule.payout_arrived a ON a.tenant_id = p.tenant_id AND a.payout_id = p.payout_id
  JOIN ctok.source s ON s.tenant_id = p.tenant_id AND s.source_id = p.source_id
  LEFT JOIN rule.report_word w ON w.kind = 'payout' AND w.code = CASE WHEN p.listed THEN p.status ELSE 'by_hand' END;

-- What is asked for and not sold yet, by product. A seat is a whole one.
CREATE VIEW rule.report_expected WITH (security_invoker = true) AS
SELECT x.kind, coalesce(nullif(p.name, ''), nullif(p.sku, ''), nullif(p.product_key, ''), p.variant_key) AS product, coalesce(t.courses, '') AS courses, s.name AS source,
       coalesce(w.words, x.kind) AS what, count(DISTINCT x.document_key) AS documents, sum(trunc(x.quantity))::bigint AS seats, x.currency,
       sum(x.net_minor)::bigint AS value_minor, rule.report_moment(min(x.asked_at))::date AS since,
       -- The last day on which it holds.
       (rule.report_moment(min(x.until)) - interval '1 day')::date AS until
  FROM rule.expected_line x
  JOIN ctok.source s ON s.tenant_id = x.tenant_id AND s.source_id = x.source_id
  JOIN ctok.product p ON p.tenant_id = x.tenant_id AND p.product_id = x.product_id
  LEFT JOIN rule.product_choice c ON c.tenant_id = x.tenant_id AND c.product_id = x.product_id
  LEFT JOIN LATERAL (SELECT string_agg(DISTINCT coalesce(m.shortname, nullif(split_part(n.reference, ':', 2), '')), ', ') AS courses
                       FROM ctok.rule_target t
                       JOIN ctok.target n ON n.tenant_id = t.tenant_id AND n.target_id = t.target_id
                       LEFT JOIN ctok.mirror_course m ON m.tenant_id = n.tenant_id AND m.site_id = n.site_id AND m.course_id = n.course_id
                      WHERE t.tenant_id = c.tenant_id AND t.rule_id = c.rule_id) t ON true
  LEFT JOIN rule.report_word w ON w.kind = 'expected' AND w.code = x.kind
 GROUP BY x.kind, p.name, p.sku, p.product_key, p.variant_key, t.courses, s.name, w.words, x.currency;

-- Whose paid time is over soon, or is over and kept for its grace: who is to be asked, for what it was sold last. What renews by itself is not here. A
-- renewal goes on from the end of what is paid, or from its own day when that is past.
CREATE VIEW rule.report_renewal WITH (security_invoker = true) AS
SELECT p.display_name AS person, p.email, coalesce(c.shortname, nullif(split_part(t.reference, ':', 2), ''), '') AS course,
       coalesce(nullif(o.name, ''), nullif(o.sku, ''), nullif(o.product_key, ''), o.variant_key) AS product, s.name AS source, d.number AS document,
       rule.last_day(a.ends_at, rule.zone())::date AS paid_until, rule.report_moment(greatest(a.ends_at, rule.now()))::date AS renews_from,
       e.currency, e.price_minor
  FROM ctok.access a
  JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
  JOIN ctok.person p ON p.tenant_id = a.tenant_id AND p.person_id = a.person_id
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = a.tenant_id AND c.site_id = a.site_id AND c.course_id = t.course_id
  -- The sale that lasts longest.
 CROSS JOIN LATERAL (SELECT e.document_id, e.unit_id, e.rule_id, e.currency, e.price_minor
                       FROM ctok.entitlement e
                      WHERE e.tenant_id = a.tenant_id AND e.person_id = a.person_id AND e.target_id = a.target_id AND e.revoked_at IS NULL
                      ORDER BY e.ends_at DESC NULLS LAST, e.entitlement_id DESC LIMIT 1) e
  JOIN ctok.product_rule r ON r.tenant_id = a.tenant_id AND r.rule_id = e.rule_id
  JOIN ctok.document d ON d.tenant_id = a.tenant_id AND d.document_id = e.document_id
  JOIN ctok.source s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id
  JOIN ctok.unit u ON u.tenant_id = a.tenant_id AND u.unit_id = e.unit_id
  JOIN ctok.line l ON l.tenant_id = u.tenant_id AND l.document_id = u.document_id AND l.line_no = u.line_no
  JOIN ctok.product o ON o.tenant_id = l.tenant_id AND o.product_id = l.product_id
 WHERE a.state IN ('active', 'grace') AND NOT a.trial AND a.ends_at <= rule.now() + interval '90 days'
   AND NOT coalesce((SELECT bool_or(q.goes_on) FROM rule.access_subscription q
                      WHERE q.tenant_id = a.tenant_id AND q.person_id = a.person_id AND q.target_id = a.target_id AND q.ends_at = a.ends_at), r.renews);

-- How fresh what we know is: each source and site with its last reading.
CREATE VIEW rule.report_source WITH (security_invoker = true) AS
SELECT s.name, 'source' AS kind, s.kind || ', ' || s.role AS type,
       CASE WHEN NOT EXISTS (SELECT 1 FROM ctok.live l WHERE l.tenant_id = s.tenant_id AND l.source_id = s.source_id) THEN 'trial' ELSE 'live' END AS mode,
       CASE WHEN s.closed THEN 'closed' WHEN p.pull_id IS NULL THEN 'never read' WHEN NOT p.complete THEN 'incomplete' WHEN f.fresh THEN 'complete' ELSE 'stale' END AS outcome,
       rule.report_moment(p.window_from) AS window_from, rule.report_moment(p.window_to) AS window_to, n.declared AS rows_declared,
       coalesce(n.taken, n.documents) AS rows_read, n.changed, n.late, n.rewritten,
       rule.report_moment(t.last_complete_at) AS last_complete, rule.report_moment(t.watermark) AS watermark,
       floor(extract(epoch FROM rule.now() - t.last_complete_at) / 3600)::bigint AS age_hours, coalesce(p.failure, '') AS failure
  FROM ctok.source s
  JOIN rule.source_fresh f ON f.tenant_id = s.tenant_id AND f.source_id = s.source_id
  LEFT JOIN ctok.source_state t ON t.tenant_id = s.tenant_id AND t.source_id = s.source_id
  LEFT JOIN LATERAL (SELECT * FROM ctok.pull l WHERE l.tenant_id = s.tenant_id AND l.source_id = s.source_id
                      ORDER BY l.pull_id DESC LIMIT 1) p ON true
  -- A run that takes several files reads as often.
  LEFT JOIN LATERAL (SELECT sum(l.declared)::bigint AS declared, sum(l.taken)::bigint AS taken, sum(l.documents)::bigint AS documents,
                            sum(l.changed)::bigint AS changed, sum(l.late)::bigint AS late, sum(l.rewritten)::bigint AS rewritten
                       FROM ctok.pull l
                      WHERE l.tenant_id = s.tenant_id AND l.source_id = s.source_id AND l.run_id = p.run_id) n ON true
 WHERE NOT s.gone
UNION ALL
SELECT s.name, 'site', concat_ws(', ', concat_ws(' ', 'Moodle', t.release), 'read level ' || p.read_level),
       CASE WHEN NOT EXISTS (SELECT 1 FROM ctok.live l WHERE l.tenant_id = s.tenant_id AND l.site_id = s.site_id) THEN 'trial' ELSE 'live' END,
       CASE WHEN p.pull_id IS NULL THEN 'never read' WHEN NOT p.complete THEN 'incomplete' WHEN f.fresh THEN 'complete' ELSE 'stale' END,
       NULL, rule.report_moment(p.begun_at), NULL, p.enrolments, p.changed, NULL, NULL, rule.report_moment(t.last_complete_at), NULL,
       floor(extract(epoch FROM rule.now() - t.last_complete_at) / 3600)::bigint, coalesce(p.failure, '')
  FROM ctok.site s
  JOIN rule.site_fresh f ON f.tenant_id = s.tenant_id AND f.site_id = s.site_id
  LEFT JOIN ctok.site_state t ON t.tenant_id = s.tenant_id AND t.site_id = s.site_id
  LEFT JOIN LATERAL (SELECT * FROM ctok.site_pull l WHERE l.tenant_id = s.tenant_id AND l.site_id = s.site_id
                      ORDER BY l.pull_id DESC LIMIT 1) p ON true
 WHERE NOT s.gone;

-- A row for each deal: sold, invoiced, paid. A kind of document that it has none of is empty, not 0. Amounts of another currency are not added.
CREATE VIEW rule.report_deal WITH (security_invoker = true) AS
-- (Both sides of all deals once, not once for each of the two.)
WITH side AS MATERIALIZED (
    SELECT * FROM rule.deal_side
)
SELECT d.document_id AS deal_id, d.number AS sale, s.name AS source, rule.report_moment(d.effective_at)::date AS sold_on, coalesce(w.words, x.code) AS state,
       d.currency, d.total_minor AS sold_minor, coalesce(i.side_numbers, '') AS invoices, CASE WHEN i.untold_documents = 0 THEN i.side_minor END AS invoiced_minor,
       coalesce(p.side_numbers, '') AS payments, CASE WHEN p.untold_documents = 0 THEN p.side_minor END AS paid_minor, d.refunded_minor,
       CASE WHEN p.untold_documents = 0 THEN p.side_refunded_minor END AS paid_back_minor,
       greatest(CASE WHEN i.untold_documents = 0 THEN abs(i.side_minor - d.total_minor) ELSE 0 END,
                CASE WHEN p.untold_documents = 0 THEN abs(p.side_minor - d.total_minor) ELSE 0 END) AS difference_minor,
       t.currency AS home, r.home_minor AS revenue_minor,
       concat_ws('; ', r.words, CASE WHEN i.side_rates <> r.words OR r.words IS NULL THEN i.side_rates END,
                 CASE WHEN (p.side_rates <> r.words OR r.words IS NULL) AND p.side_rates IS DISTINCT FROM i.side_rates THEN p.side_rates END,
                 CASE WHEN (r.document_id IS NOT NULL AND r.home_minor IS NULL) OR i.side_currencies IS NOT NULL AND i.why_not LIKE 'no rate%'
                           OR p.why_not LIKE 'no rate%' THEN 'no rate known' END) AS rates, x.code
  FROM ctok.deal_document m
  JOIN ctok.document d ON d.tenant_id = m.tenant_id AND d.document_id = m.document_id
  JOIN ctok.source s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id
  LEFT JOIN side i ON i.deal_id = m.deal_id AND i.part = 'invoice'
  LEFT JOIN side p ON p.deal_id = m.deal_id AND p.part = 'payment'
  LEFT JOIN rule.revenue r ON r.tenant_id = m.tenant_id AND r.document_id = m.deal_id
  JOIN ctok.tenant t ON t.tenant_id = m.tenant_id
  LEFT JOIN (SELECT DISTINCT f.tenant_id, f.document_id
               FROM ctok.finding f
              WHERE f.cleared_at IS NULL
                AND (f.class LIKE 'DEAL\_%' OR f.class IN ('INVOICE_MISSING', 'PAYMENT_MISSING', 'INVOICE_WITHOUT_SALE', 'SALE_TWICE'))) o
         ON o.tenant_id = m.tenant_id AND o.document_id = m.deal_id
 CROSS JOIN LATERAL (
        SELECT CASE WHEN o.document_id IS NOT NULL THEN 'differs' ELSE 'agrees' END AS code
       ) x
  LEFT JOIN rule.report_word w ON w.kind = 'deal' AND w.code = x.code
 WHERE m.part = 'sale';

-- The rates that amounts were converted at, and those that lack: per day and pair of currencies, with what was converted.
CREATE VIEW rule.report_rate WITH (security_invoker = true) AS
SELECT u.currency, u.to_currency, u.day, f.rate_day, coalesce(f.pair, 'no rate known') AS rate, coalesce(f.publisher, '') AS publisher,
       count(*) AS documents, sum(u.amount_minor)::bigint AS amount_minor, sum(u.converted_minor)::bigint AS converted_minor
  FROM (SELECT p.tenant_id, p.currency, p.sale_currency AS to_currency, rule.book_day(p.effective_at) AS day, p.own_minor AS amount_minor,
               CASE p.part WHEN 'payment' THEN p.paid_minor ELSE p.total_minor END AS converted_minor
          FROM rule.deal_settling p
         WHERE p.is_foreign
        UNION ALL
        SELECT r.tenant_id, r.currency, r.home, rule.book_day(r.effective_at), r.worth_minor, r.home_minor
          FROM rule.revenue r
         WHERE r.currency <> r.home) u
  LEFT JOIN rule.rate_found f ON f.tenant_id = u.tenant_id AND f.currency = u.currency AND f.to_currency = u.to_currency AND f.day = u.day
 GROUP BY u.currency, u.to_currency, u.day, f.rate_day, f.pair, f.publisher;
