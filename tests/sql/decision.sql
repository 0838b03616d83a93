-- What people decided and what of it holds (16_decision), at 03:00 UTC on 1 May 2026. Each case is a person of that name, a document and a course; hours count from now.
CREATE FUNCTION pg_temp.hour(hours numeric) RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT rule.now() + hours * interval '1 hour' $$;
CREATE TEMP TABLE decided (n integer GENERATED ALWAYS AS IDENTITY, name text, kind text, begun numeric, ended numeric, until numeric, about text DEFAULT '', about_at numeric, whose text DEFAULT 'all');
INSERT INTO decided (name, kind, begun, ended, until) VALUES
('holds', 'allow', -5, NULL, NULL), ('holds for another hour', 'allow', -5, NULL, 1), ('is over at this moment', 'allow', -5, NULL, 0), ('has not begun', 'allow', NULL, NULL, NULL),
('has ended', 'allow', -5, -1, NULL), ('has ended before its time', 'allow', -5, -1, 1),
('denied', 'deny', -5, NULL, NULL), ('left', 'drop', -5, NULL, NULL), ('to be given back', 'restore', -5, NULL, NULL), ('to be given back no more', 'restore', -5, -1, NULL),
('of two the newest', 'allow', -5, NULL, NULL), ('of two the newest', 'deny', -5, NULL, NULL),
('by the other name of the course', 'deny', -5, NULL, NULL), ('to be given back by the other name of the course', 'restore', -5, NULL, NULL),
-- What was allowed and is so no longer, as long as it was the last thing that was done.
('allowed, done and over', 'allow', -5, -1, NULL), ('allowed, done and past', 'allow', -5, NULL, 0), ('allowed, done and still so', 'allow', -5, NULL, 1), ('allowed, never begun and over', 'allow', NULL, -1, NULL),
('allowed, and given since for a sale', 'allow', -5, -1, NULL), ('given for a sale before it was allowed', 'allow', -5, -1, NULL), ('allowed, and suspended since', 'allow', -5, -1, NULL),
('allowed, and another is only planned', 'allow', -5, -1, NULL), ('denied, after it was allowed', 'deny', -5, -1, NULL), ('allowed, done and over, by the other name', 'allow', -5, -1, NULL);
INSERT INTO decided (name, kind, begun, about, about_at) VALUES
('ends what vanished', 'end', -5, 'gone', -9), ('ends what came back and vanished again', 'end', -5, 'gone', -10), ('of another matter', 'end', -5, '', -9),
('a seat of a refund', 'seat', -5, 'refund', -9), ('keeps a refund', 'keep', -5, 'refund', -9), ('a seat of a dispute', 'seat', -5, 'dispute', -9), ('a seat of a credit', 'seat', -5, 'credit', -9),
('keeps what vanished', 'keep', -5, 'gone', -9), ('ends for a refund', 'end', -5, 'refund', -9);
INSERT INTO decided (name, kind, begun, whose) VALUES
('a policy of all', 'policy', -5, 'all'), ('a policy of the person', 'policy', -5, 'person'), ('a policy of another person', 'policy', -5, 'another'), ('a policy of the course', 'policy', -5, 'course'),
('a policy of another course', 'policy', -5, 'other course'), ('two policies', 'policy', -6, 'all'), ('two policies', 'policy', -5, 'all'), ('no policy', 'grant', -5, 'all');
CREATE TEMP TABLE due (name text, said text);
INSERT INTO due VALUES
('holds', 'holds, allow infinity'), ('holds for another hour', 'holds, allow 1'), ('denied', 'holds, deny infinity'), ('left', 'holds, drop infinity'), ('to be given back', 'holds, restore'),
('of two the newest', 'holds, deny infinity'), ('by the other name of the course', 'holds, deny infinity'), ('to be given back by the other name of the course', 'holds, restore'),
('allowed, done and over', 'over'), ('allowed, done and past', 'over'), ('allowed, done and still so', 'holds, allow 1'), ('allowed, and another is only planned', 'over'),
('allowed, and suspended since', 'over'), ('given for a sale before it was allowed', 'over'), ('allowed, done and over, by the other name', 'over'),
('ends what vanished', 'holds, gone end'), ('ends what came back and vanished again', 'holds'), ('of another matter', 'holds'),
('a seat of a refund', 'holds, money refund, seat'), ('keeps a refund', 'holds, money refund'), ('a seat of a dispute', 'holds, money dispute, seat'), ('a seat of a credit', 'holds, money credit, seat'),
('keeps what vanished', 'holds, gone keep'), ('ends for a refund', 'holds'),
('a policy of all', 'holds, policy 1'), ('a policy of the person', 'holds, policy 1'), ('a policy of another person', 'holds'), ('a policy of the course', 'holds, policy 1'),
('a policy of another course', 'holds'), ('two policies', 'holds, policy 2'), ('no policy', 'holds');
INSERT INTO ctok.source (tenant_id, name, kind, role) SELECT ctok.current_tenant(), 'decision', 'csv', 'sale';
INSERT INTO ctok.site (tenant_id, name, url) SELECT ctok.current_tenant(), 'decision', 'https://decision.test';
INSERT INTO ctok.target (tenant_id, site_id, reference) SELECT tenant_id, site_id, 'decision course' FROM ctok.site WHERE name = 'decision';
INSERT INTO ctok.target (tenant_id, site_id, reference, same_as) SELECT tenant_id, site_id, 'decision again', target_id FROM ctok.target WHERE reference = 'decision course';
CREATE TEMP TABLE desk AS
SELECT s.tenant_id, s.source_id, t.site_id, t.target_id, o.target_id AS again_id FROM ctok.source s, ctok.target t, ctok.target o
 WHERE s.name = 'decision' AND t.reference = 'decision course' AND o.reference = 'decision again';
INSERT INTO ctok.person (tenant_id, email, display_name, known_at) SELECT DISTINCT k.tenant_id, 'decision ' || d.name, d.name, rule.now() FROM decided d, desk k;
INSERT INTO ctok.document (tenant_id, source_id, external_id, number, kind, version, effective_at, modified_at, known_at, changed_at, status, currency, total_minor, subtotal_minor,
                           discount_minor, tax_minor, shipping_minor, refunded_minor, unallocated_minor, tax_included, gone_at)
SELECT k.tenant_id, k.source_id, d.name, d.name, 'order', 1, rule.now(), rule.now(), rule.now(), rule.now(), 'paid', 'EUR', 1, 1, 0, 0, 0, 0, 0, true, pg_temp.hour(-9) FROM (SELECT DISTINCT name FROM decided) d, desk k;
CREATE TEMP TABLE subject AS
SELECT k.*, p.person_id, d.document_id, d.external_id AS name, CASE WHEN d.external_id LIKE '%the other name%' THEN k.again_id ELSE k.target_id END AS named_id
  FROM desk k JOIN ctok.document d ON d.source_id = k.source_id JOIN ctok.person p ON p.email = 'decision ' || d.external_id;
INSERT INTO ctok.decision (tenant_id, kind, matter, person_id, target_id, document_id, about, about_at, about_minor, until_at, who_name, reason, asked_at, begun_at, ended_at, ended_why)
SELECT s.tenant_id, d.kind, 'decision ' || d.n, CASE d.whose WHEN 'another' THEN 0 WHEN 'all' THEN CASE WHEN d.kind <> 'policy' THEN s.person_id END WHEN 'person' THEN s.person_id END,
       CASE d.whose WHEN 'other course' THEN s.again_id WHEN 'course' THEN s.target_id WHEN 'all' THEN CASE WHEN d.kind <> 'policy' THEN s.named_id END END,
       s.document_id, d.about, pg_temp.hour(d.about_at), 1, pg_temp.hour(d.until), 'Eve', 'so it is', rule.now(), pg_temp.hour(d.begun), pg_temp.hour(d.ended), CASE WHEN d.ended IS NOT NULL THEN 'revoked' END
  FROM decided d JOIN subject s ON s.name = d.name ORDER BY d.n;
INSERT INTO ctok.decision_unit (tenant_id, decision_id, unit_id) SELECT tenant_id, decision_id, 9000000 + decision_id FROM ctok.decision WHERE matter LIKE 'decision %' AND about <> '';
INSERT INTO ctok.entitlement (tenant_id, unit_id, target_id, person_id, rule_id, source_id, document_id, price_minor, currency, sold_at, matched_at)
SELECT tenant_id, 9000000 + document_id, target_id, person_id, 0, source_id, document_id, 1, 'EUR', rule.now(), rule.now() FROM subject;
INSERT INTO ctok.action (tenant_id, plan_id, kind, site_id, person_id, target_id, course_id, user_id, reason, trial, after_status, role, fingerprint, state)
SELECT s.tenant_id, 0, 'enrol', s.site_id, s.person_id, s.target_id, 1, 1, a.reason, false, a.status, 'student', s.name || a.n, a.state
  FROM subject s
 CROSS JOIN LATERAL (VALUES (1, 'term', 0, 'done', s.name = 'given for a sale before it was allowed'), (2, 'allowed', 0, 'done', true), (3, 'term', 0, 'done', s.name LIKE '%given since%'),
                            (4, 'term', 1, 'done', s.name LIKE '%suspended since'), (5, 'term', 0, 'open', s.name LIKE '%only planned')) a (n, reason, status, state, so)
 WHERE a.so AND (s.name LIKE 'allowed,%' OR s.name LIKE 'given for%' OR s.name LIKE 'denied,%') ORDER BY a.n;
-- (Another course was allowed to the same person, and is so still.)
INSERT INTO ctok.target (tenant_id, site_id, reference) SELECT tenant_id, site_id, 'decision other' FROM desk;
INSERT INTO ctok.action (tenant_id, plan_id, kind, site_id, person_id, target_id, course_id, user_id, reason, trial, after_status, role, fingerprint, state)
SELECT s.tenant_id, 0, 'enrol', s.site_id, s.person_id, t.target_id, 2, 1, 'allowed', false, 0, 'student', s.name || ' elsewhere', 'done'
  FROM subject s JOIN ctok.target t ON t.reference = 'decision other' WHERE s.name = 'allowed, done and over';

CREATE TEMP VIEW judged AS
SELECT s.name, f.found, d.said AS expected, f.found = coalesce(d.said, '') AS right_so
  FROM subject s
  LEFT JOIN due d ON d.name = s.name
 CROSS JOIN LATERAL (SELECT concat_ws(', ',
        (SELECT 'holds' FROM rule.decision_holds h WHERE h.document_id = s.document_id LIMIT 1),
        (SELECT string_agg(o.override || ' ' || CASE WHEN isfinite(o.until_at) THEN trim_scale(extract(epoch FROM o.until_at - rule.now()) / 3600)::text ELSE 'infinity' END, ' and ')
           FROM rule.access_override o WHERE o.person_id = s.person_id AND o.target_id = s.target_id),
        (SELECT 'restore' FROM rule.access_restored o WHERE o.person_id = s.person_id AND o.target_id = s.target_id),
        (SELECT string_agg(CASE WHEN o.target_id = s.target_id THEN 'over' ELSE 'over elsewhere' END, ' and ') FROM rule.override_over o WHERE o.person_id = s.person_id),
        (SELECT 'gone ' || g.kind FROM rule.gone_decided g WHERE g.document_id = s.document_id),
        (SELECT 'money ' || r.about FROM rule.refund_decided r WHERE r.document_id = s.document_id),
        (SELECT 'seat' FROM rule.seat_decided r WHERE r.document_id = s.document_id),
        (SELECT 'policy ' || (SELECT count(*) FROM ctok.decision o WHERE o.document_id = s.document_id AND o.decision_id <= c.decision_id)
           FROM rule.policy_corrected c JOIN ctok.entitlement e ON e.entitlement_id = c.entitlement_id WHERE e.document_id = s.document_id)) AS found) f;
