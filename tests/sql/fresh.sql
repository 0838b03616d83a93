-- Whether we know enough to take access away (35_fresh), over a small world at 03:00 UTC on 1 May 2026: sources and sites by name, each read completely so many
-- hours ago or not, courses by name, and who sells what.
CREATE FUNCTION pg_temp.ago(hours numeric) RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT rule.now() - hours * interval '1 hour' $$;
CREATE TEMP TABLE heard (name text, hours numeric, tries boolean[], gone boolean, closed boolean, fresh boolean);
INSERT INTO heard VALUES
('today',          20,   '{true}',       false, false, true),
('just in time',   26,   '{true}',       false, false, true),
('just too late',  26.1, '{true}',       false, false, false),
('never',          NULL, NULL,           false, false, false),
('never whole',    NULL, '{false}',      false, false, false),
('failed since',   2,    '{true,false}', false, false, false),
('whole again',    2,    '{false,true}', false, false, true),
('left',           2,    '{true}',       true,  false, false),
('closed',         9000, '{true,false}', false, true,  true),
('left as closed', 9000, NULL,           true,  true,  true),
('another',        2,    '{true}',       false, false, true),
('the last',       2,    '{true}',       false, false, true);
INSERT INTO ctok.source (tenant_id, name, kind, role, gone, closed, max_age_s) SELECT ctok.current_tenant(), 'fresh ' || name, 'csv', 'sale', gone, closed, 26 * 3600 FROM heard;
INSERT INTO ctok.site (tenant_id, name, url, gone, max_age_s) SELECT ctok.current_tenant(), 'fresh ' || name, 'https://' || replace(name, ' ', '-') || '.test', gone, 26 * 3600 FROM heard;
INSERT INTO ctok.source_state (tenant_id, source_id, watermark, last_complete_at)
SELECT s.tenant_id, s.source_id, pg_temp.ago(h.hours), pg_temp.ago(h.hours) FROM heard h JOIN ctok.source s ON s.name = 'fresh ' || h.name WHERE h.hours IS NOT NULL;
INSERT INTO ctok.site_state (tenant_id, site_id, release, identity, read_level, student_role_id, last_complete_at)
SELECT s.tenant_id, s.site_id, '4.5', s.name, 1, 5, pg_temp.ago(h.hours) FROM heard h JOIN ctok.site s ON s.name = 'fresh ' || h.name WHERE h.hours IS NOT NULL;
INSERT INTO ctok.pull (tenant_id, source_id, run_id, window_from, window_to, begun_at, complete, failure)
SELECT s.tenant_id, s.source_id, 0, rule.now(), rule.now(), rule.now(), t.whole, CASE WHEN t.whole THEN '' ELSE 'no' END
  FROM heard h JOIN ctok.source s ON s.name = 'fresh ' || h.name, unnest(h.tries) WITH ORDINALITY t (whole, n) ORDER BY h.name, t.n;
INSERT INTO ctok.site_pull (tenant_id, site_id, run_id, read_level, begun_at, complete, failure)
SELECT s.tenant_id, s.site_id, 0, 1, rule.now(), t.whole, CASE WHEN t.whole THEN '' ELSE 'no' END
  FROM heard h JOIN ctok.site s ON s.name = 'fresh ' || h.name, unnest(h.tries) WITH ORDINALITY t (whole, n) ORDER BY h.name, t.n;
-- Courses: their site, who sells them (a rule that is gone with "-", one that excludes with "!"), the word of whom is needed, whether all of them are fresh, who is
-- silent and since how many hours, and which rule is gone for good.
CREATE TEMP TABLE courses (name text, site text, sold_by text[], needs text, fresh boolean, silent text, hours numeric, gone text);
INSERT INTO courses VALUES
('sold by one',             'today', '{today}',                'today', true, '', NULL, NULL),
('sold by two',             'today', '{today,"just too late"}', 'just too late, today', false, 'source "just too late" last read completely 2026-04-30 02:54', 26.1, NULL),
('sold by three',           'today', '{"failed since","just too late",today}', 'failed since, just too late, today', false,
 'source "failed since" last read completely 2026-05-01 03:00; source "just too late" last read completely 2026-04-30 02:54', 26.1, NULL),
('sold by nobody who speaks', 'today', '{never}',              'never', false, 'source "never" never read completely', 'infinity', NULL),
('on a silent site',        'never whole', '{today}',          'today', false, 'site "never whole" never read completely', 'infinity', NULL),
('settled by a source that is silent', 'today', '{"whole again"}', 'just too late, whole again', false, 'source "just too late" last read completely 2026-04-30 02:54', 26.1, NULL),
('settled by what is linked', 'today', '{another}',            'another, left as closed', true, '', NULL, NULL),
('settled by what is not linked', 'today', '{"the last"}',    'the last', true, '', NULL, NULL),
('sold no more',            'today', '{-today}',               NULL, true, '', NULL, 'no rule leads from source "today" to the course any more'),
('sold no more, by one that left', 'today', '{-left}',         NULL, true, '', NULL, 'source "left" is no longer in the configuration'),
('sold no more, by one that is closed', 'today', '{-closed}',  NULL, true, '', NULL, NULL),
('sold by another rule now', 'today', '{-today,today}',        'today', true, '', NULL, NULL),
('sold by nobody, but excluded', 'today', '{!today}',          NULL, true, '', NULL, NULL);
INSERT INTO ctok.target (tenant_id, site_id, reference, course_id) SELECT s.tenant_id, s.site_id, 'fresh ' || c.name, row_number() OVER () FROM courses c JOIN ctok.site s ON s.name = 'fresh ' || c.site;
-- (One course has two references; what is said of the second is said of the first.)
INSERT INTO ctok.target (tenant_id, site_id, reference, course_id, same_as) SELECT tenant_id, site_id, 'again ' || reference, NULL, target_id FROM ctok.target WHERE reference LIKE 'fresh sold by one';
CREATE TEMP TABLE seller AS SELECT c.name, b.by, ltrim(b.by, '-!') AS source, row_number() OVER () AS n FROM courses c, unnest(c.sold_by) b (by);
INSERT INTO seller VALUES ('again', 'whole whole', 'just in time', 1000);
INSERT INTO ctok.product_rule (tenant_id, digest, source_id, match_kind, pattern, site_id, role, notice_days, delivery, learner, on_expiry, on_refund, renews, certificate, exclude, gone)
SELECT s.tenant_id, 'fresh ' || b.n, s.source_id, 'sku', 'fresh', t.site_id, 'student', 3, 'direct', 'form', 'suspend', 'suspend', false, '', b.by LIKE '!%', b.by LIKE '-%'
  FROM seller b JOIN ctok.source s ON s.name = 'fresh ' || b.source JOIN ctok.target t ON t.reference = CASE b.name WHEN 'again' THEN 'again fresh sold by one' ELSE 'fresh ' || b.name END;
INSERT INTO ctok.rule_target (tenant_id, rule_id, target_id)
SELECT r.tenant_id, r.rule_id, t.target_id FROM seller b JOIN ctok.product_rule r ON r.digest = 'fresh ' || b.n
  JOIN ctok.target t ON t.reference = CASE b.name WHEN 'again' THEN 'again fresh sold by one' ELSE 'fresh ' || b.name END;
UPDATE courses SET needs = 'just in time, today' WHERE name = 'sold by one';
-- "just too late" is told to settle what "whole again" sells. Of others it is not told; one of them is linked, in the other direction.
INSERT INTO ctok.source_settles (tenant_id, source_id, target_id, told, wait_s, unlinked)
SELECT a.tenant_id, a.source_id, b.source_id, p.told, 0, 'both' FROM (VALUES ('just too late', 'whole again', true), ('never', 'whole again', false), ('left as closed', 'another', false), ('never', 'another', false),
               ('left as closed', 'the last', false)) p (source, sells, told)
  JOIN ctok.source a ON a.name = 'fresh ' || p.source JOIN ctok.source b ON b.name = 'fresh ' || p.sells;
INSERT INTO ctok.link (tenant_id, digest, from_source_id, field, to_source_id, by_field, pattern)
SELECT a.tenant_id, 'fresh', a.source_id, 'number', b.source_id, 'number', '' FROM ctok.source a JOIN ctok.source b ON a.name = 'fresh another' AND b.name = 'fresh left as closed';
-- Accesses, by course and why they are to end: whether their end waits, and for whom; and an action to end them, by kind and state.
CREATE TEMP TABLE ending (name text, why text, kind text, state text, undone boolean, waits text, action_waits boolean);
INSERT INTO ending VALUES
('sold by one',            'term',   'suspend', 'open', false, NULL, false),
('sold by two',            'term',   'suspend', 'open', false, 'source "just too late" last read completely 2026-04-30 02:54', true),
('sold by two',            'term 2', 'unenrol', 'held', false, 'source "just too late" last read completely 2026-04-30 02:54', true),
('sold by two',            'term 3', 'extend',  'open', false, 'source "just too late" last read completely 2026-04-30 02:54', false),
('sold by two',            'term 4', 'suspend', 'done', false, 'source "just too late" last read completely 2026-04-30 02:54', false),
('sold by two',            'term 5', 'suspend', 'open', true,  'source "just too late" last read completely 2026-04-30 02:54', false),
('sold by two',            'denied', 'suspend', 'open', false, NULL, false),
('sold by two',            'dropped', 'suspend', 'open', false, NULL, false),
('sold no more',           'term',   'suspend', 'open', false, 'no rule leads from source "today" to the course any more', true),
('on a silent site',       'term',   'suspend', 'open', false, 'site "never whole" never read completely', true),
('settled by what is linked', 'term', 'suspend', 'open', false, NULL, true); -- its ledger has news
INSERT INTO ctok.person (tenant_id, email, display_name, known_at) SELECT ctok.current_tenant(), 'fresh ' || name || why, name, rule.now() FROM ending;
INSERT INTO ctok.access (tenant_id, person_id, target_id, site_id, state, why, wanted, role, rule_id, trial)
SELECT t.tenant_id, p.person_id, t.target_id, t.site_id, 'ended', split_part(e.why, ' ', 1), 'suspended', 'student', r.rule_id, false
  FROM ending e JOIN ctok.target t ON t.reference = 'fresh ' || e.name JOIN ctok.person p ON p.email = 'fresh ' || e.name || e.why
  JOIN (SELECT target_id, min(rule_id) AS rule_id FROM ctok.rule_target GROUP BY target_id) r ON r.target_id = t.target_id;
INSERT INTO ctok.action (tenant_id, plan_id, kind, site_id, person_id, target_id, course_id, user_id, reason, trial, after_status, role, fingerprint, state, held_why, undoes)
SELECT t.tenant_id, 0, e.kind, t.site_id, p.person_id, t.target_id, 1, 1, 'term', false, 1, 'student', p.email, e.state, CASE WHEN e.state = 'held' THEN 'brake' ELSE '' END, CASE WHEN e.undone THEN 1 END
  FROM ending e JOIN ctok.target t ON t.reference = 'fresh ' || e.name JOIN ctok.person p ON p.email = 'fresh ' || e.name || e.why;
INSERT INTO ctok.document (tenant_id, source_id, external_id, number, kind, version, effective_at, modified_at, known_at, changed_at, status, currency, total_minor, subtotal_minor,
                           discount_minor, tax_minor, shipping_minor, refunded_minor, unallocated_minor, tax_included)
SELECT s.tenant_id, s.source_id, 'fresh', 'fresh', 'order', 1, m.at, m.at, m.at, m.at, 'paid', 'EUR', 1, 1, 0, 0, 0, 0, 0, true FROM ctok.source s, (SELECT rule.now() AS at) m WHERE s.name = 'fresh another';
INSERT INTO ctok.dirty_document SELECT tenant_id, document_id FROM ctok.document WHERE external_id = 'fresh';

CREATE TEMP VIEW judged AS
SELECT 'source ' || h.name AS what, f.fresh::text || f.failure AS found, h.fresh::text AS expected, (f.fresh, f.failure) = (h.fresh, CASE WHEN h.tries[cardinality(h.tries)] THEN '' WHEN h.tries IS NULL THEN '' ELSE 'no' END) AND (f.age IS NULL) = (h.hours IS NULL) AND coalesce(f.age = h.hours * interval '1 hour', true) AS right_so
  FROM heard h JOIN rule.source_fresh f ON f.name = 'fresh ' || h.name
UNION ALL
SELECT 'site ' || h.name, f.fresh::text || f.failure, h.fresh::text, (f.fresh, f.failure) = (h.fresh AND NOT h.closed, CASE WHEN h.tries[cardinality(h.tries)] THEN '' WHEN h.tries IS NULL THEN '' ELSE 'no' END) AND coalesce(f.age = h.hours * interval '1 hour', true)
  FROM heard h JOIN rule.site_fresh f ON f.name = 'fresh ' || h.name
UNION ALL
SELECT 'course ' || c.name, concat_ws('|', n.needs, f.fresh, f.silent, f.since, g.what), concat_ws('|', c.needs, c.fresh, c.silent, c.gone),
       (n.needs, f.fresh, replace(f.silent, '"fresh ', '"'), f.since, replace(g.what, '"fresh ', '"')) IS NOT DISTINCT FROM
       (c.needs, c.fresh, c.silent, CASE WHEN c.hours = 'infinity' THEN timestamptz '-infinity' ELSE pg_temp.ago(c.hours) END, c.gone)
  FROM courses c
  JOIN ctok.target t ON t.reference = 'fresh ' || c.name
  LEFT JOIN (SELECT n.target_id, string_agg(replace(s.name, 'fresh ', ''), ', ' ORDER BY s.name) AS needs FROM rule.source_needed n JOIN ctok.source s USING (source_id) GROUP BY n.target_id) n ON n.target_id = t.target_id
  LEFT JOIN rule.target_fresh f ON f.target_id = t.target_id
  LEFT JOIN (SELECT g.target_id, string_agg(g.what, '; ') AS what FROM rule.rule_gone g GROUP BY g.target_id) g ON g.target_id = t.target_id
UNION ALL
SELECT 'end ' || e.name || ' ' || e.why, concat_ws('|', w.why, a.waits), concat_ws('|', e.waits, e.action_waits),
       replace(w.why, '"fresh ', '"') IS NOT DISTINCT FROM e.waits AND coalesce(a.waits, false) = e.action_waits
  FROM ending e JOIN ctok.person p ON p.email = 'fresh ' || e.name || e.why
  LEFT JOIN rule.access_waits w ON w.person_id = p.person_id
  LEFT JOIN (SELECT a.person_id, true AS waits FROM rule.action_waits a) a ON a.person_id = p.person_id
UNION ALL
SELECT 'how many wait', c.found, c.expected, c.found IS NOT DISTINCT FROM c.expected
  FROM (VALUES (rule.ends_wait(0), NULL), (rule.ends_wait(1), 'the end of 1 access waits for it'), (rule.ends_wait(2), 'the end of 2 accesses waits for it')) c (found, expected);
