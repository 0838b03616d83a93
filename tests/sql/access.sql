-- What a person's rights to a course add up to (rule.access_now), over a small ledger at 03:00 UTC on 1 May 2026: each case is a person of that name with rights of
-- rules by name. A day counts from that 1 May: -1 is 30 April. (rule.access_state, which judges what was added up, has a table of its own.)
CREATE FUNCTION pg_temp.may(day numeric) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN day = 'infinity' THEN timestamptz 'infinity' ELSE timestamptz '2026-05-01Z' + day * interval '1 day' END $$;
CREATE FUNCTION pg_temp.day(moment timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN NOT isfinite(moment) THEN moment::text ELSE trim_scale(round((extract(epoch FROM moment) - extract(epoch FROM timestamptz '2026-05-01Z')) / 86400, 3))::text END $$;
-- Rules: whether their source is live, grace, what becomes of it, until when they sell.
CREATE TEMP TABLE rules (name text, live boolean, grace integer, on_expiry text, on_refund text, on_dispute text, term interval, until timestamptz, renews boolean);
INSERT INTO rules VALUES
('plain',  true,  4,    'suspend', 'unenrol', 'keep',    '30 days', NULL, false),
('strict', true,  0,    'suspend', 'suspend', 'suspend', '10 days', NULL, false),
('mild',   true,  NULL, 'suspend', 'suspend', 'keep',    '30 days', NULL, true),
('kept',   true,  0,    'keep',    'suspend', 'suspend', '30 days', NULL, false),
('year',   true,  1,    'suspend', 'suspend', 'keep',    '365 days', NULL, false),
('summer', true,  2,    'suspend', 'suspend', 'keep',    NULL, '2026-09-01Z', false),
('trial',  false, 1,    'suspend', 'suspend', 'keep',    '30 days', NULL, false);
-- What is expected: state, wanted, why, from when until when, debt and suspension; live or trial, whose rule, when to look again.
CREATE TEMP TABLE held (name text PRIMARY KEY, expected text);
INSERT INTO held VALUES
('at the same end the most grace, whatever the term', 'grace active term -30…-1 debt -1 until 3 live plain again 0.125 from -30'),
('kept, and over as it began', 'grace active term -40…-1 debt -1 until 3 live plain again 0.125 from -40'),
('kept and to end before another', 'active active term -5…20 live plain again 20 from -5'),
('kept, over at this very moment', 'active active term -10…20 live kept again 20 from -10'),
('sold at the moment of go-live', 'active active term -100…20 live plain again 20 from -100'),
('one of two ends at this very moment', 'active active term -5…20 live plain again 20 from -5'),
('two on trial', 'active active term -10…30 trial trial again 30 from -10'),
('one of two on trial ends at this very moment', 'active active term -5…20 trial trial again 20 from -5'),
('trial that begins beside what is over', 'grace active term -40…-1 debt -1 until 3 live plain again 0.125 from -40'),
('suspended for a dispute that was won as grace ended', 'suspended suspended term -10…-3.875 debt -3.875 until 0.125 live plain'),
('suspended for a dispute that began with the end', 'grace active term -10…-1 debt -1 until 3 live plain again 0.125 from -10'),
('suspended for a dispute that was won with the end', 'suspended suspended term -10…-1 debt -1 until 3 live plain'),
('both cancelled at the gate at once', 'revoked untouched cancelled -30…-2 debt -2 until 0 live summer'),
('refunded on trial before it began', 'revoked untouched refund -30…-2 debt -2 until -1 trial trial'),
('both refunded on trial before they began', 'revoked untouched refund -30…-1 debt -1 until 0 trial trial'),
('at a gate, beside one cancelled there', 'pending untouched cancelled -30…-2 debt -2 until 2 live plain'),
('at a gate on trial, beside one cancelled there', 'pending untouched cancelled -30…-2 debt -2 until -1 trial trial'),
('at a gate on trial, beside one on trial that is over', 'ended untouched term -40…-20 debt -20 until -19 trial trial'),
('disputed, begins at this very moment', 'held active disputed 0.125…20 live plain again 20 from 0.125'),
('disputed, beside one that ends at this very moment', 'held active disputed -10…20 live plain again 20 from -10'),
('one that runs', 'active active term -10…20 live plain again 20 from -10'),
('one that begins at this very moment', 'active active term 0.125…20 live plain again 20 from 0.125'),
('one that ends at this very moment', 'grace active term -10…0.125 debt 0.125 until 4.125 live plain again 0.125 from -10'),
('one that begins', 'pending untouched term 5…35 live plain again 5'),
('two that begin', 'pending untouched term 5…39 live plain again 5'),
('one that runs and one that begins', 'active active term -10…30 live strict again 30 from -10'),
('two that run', 'active active term -10…20 live plain again 20 from -10'),
('two that run, the other way round', 'active active term -10…20 live plain again 20 from -10'),
('one that is over and one that runs', 'active active term -5…25 live plain again 25 from -5'),
('two that are over', 'grace active term -40…-1 debt -1 until 3 live plain again 0.125 from -40'),
('without end', 'active active term -10…infinity live mild from -10'),
('over without end of grace', 'grace active term -40…-10 debt -10 until infinity live mild from -40'),
('over, of what is kept', 'ended untouched term -40…-1 debt -1 until -1 live kept'),
('what is kept and runs yet', 'active active term -5…5 live kept again 5 from -5'),
('what is kept and is to begin', 'active active term -5…35 live kept again 35 from -5'),
('at the same end the most grace', 'grace active term -30…-1 debt -1 until infinity live mild from -30'),
('at the same end the most grace, the other way round', 'grace active term -30…-1 debt -1 until 3 live plain again 0.125 from -30'),
('trial alone', 'active active term -10…20 trial trial again 20 from -10'),
('trial that runs beside what is over', 'active active term -10…20 trial trial again 20 from -10'),
('trial that is over beside what is over', 'grace active term -50…-10 debt -10 until -6 live plain again 0.125 from -50'),
('trial beside what runs', 'active active term -10…20 live plain again 20 from -10'),
('trial that begins beside what runs', 'active active term -10…20 live plain again 3 from -10'),
('trial that begins beside what begins', 'pending untouched term 5…20 live plain again 3'),
('older than go-live', NULL),
('older than go-live and a newer one', 'active active term -10…20 live strict again 20 from -10'),
('a user who has it', 'grace active term -10…-1 debt -1 until 3 live plain again 0.125 from -10'),
('suspended already', 'suspended suspended term -10…-1 debt -1 until 3 live plain'),
('suspended for a dispute that was won in grace', 'grace active term -10…-1 debt -1 until 3 live plain again 0.125 from -10'),
('suspended for a dispute that was won before the end', 'suspended suspended term -10…-1 debt -1 until 3 live plain'),
('suspended for a dispute that was won after grace', 'suspended suspended term -30…-10 debt -10 until -6 live plain'),
('suspended for a dispute that began after the end', 'suspended suspended term -10…-1 debt -1 until 3 live plain'),
('told', 'suspended suspended term -30…-5 debt -5 until -1 live plain'),
('told of another debt', 'grace active term -30…-5 debt -5 until -1 live plain again 0.125 from -30'),
('a site that is silent', 'suspended suspended term -30…-5 debt -5 until -1 live unheard again -infinity'),
('a rule that left', 'suspended suspended term -30…-5 debt -5 until -1 live gone again -infinity'),
('allowed', 'active active allowed -30…-8 live plain again 0.125 from -30'),
('allowed before it begins', 'active active allowed 5…35 live plain again 5 from -3'),
('allowed no longer', 'pending suspended decision 5…35 live plain again 5'),
('denied', 'suspended suspended denied -30…5 live plain again 5'),
('refunded', 'grace active refund -10…-2 debt -2 until 2 live plain again 0.125 from -10'),
('refunded before it began', 'revoked untouched refund -30…-2 debt -2 until 2 live plain'),
('refunded before it began, and another that is over', 'ended untouched term -40…-20 debt -20 until -16 live plain'),
('kept and refunded', 'grace active term -40…-1 debt -1 until 3 live plain again 0.125 from -40'),
('kept, its subscription ended', 'ended untouched subscription -40…-1 debt -1 until -1 live kept'),
('over before its subscription ended', 'grace active term -40…-5 debt -5 until -1 live plain again 0.125 from -40'),
('its subscription ended', 'grace active subscription -40…-5 debt -5 until -1 live plain again 0.125 from -40'),
('over before it was refunded', 'grace active refund -40…-5 debt -5 until -1 live plain again 0.125 from -40'),
('both cancelled, the longer decides', 'grace active cancelled -10…-2 debt -2 until -1 live year again 0.125 from -10'),
('both cancelled, the longer decides, the other way round', 'grace active cancelled -10…-2 debt -2 until 2 live plain again 0.125 from -10'),
('both cancelled, the summer decides', 'grace active cancelled -10…-2 debt -2 until 0 live summer again 0.125 from -10'),
('both cancelled at the gate', 'grace active cancelled -30…-1 debt -1 until 3 live plain again 0.125 from -30'),
('both cancelled, what was paid for longer decides', 'grace active cancelled -10…-2 debt -2 until 2 live plain again 0.125 from -10'),
('at a gate', 'pending untouched term live plain'),
('at a gate, beside one that runs', 'active active term -10…20 live plain again 20 from -10'),
('at a gate, beside one that is over', 'ended untouched term -40…-20 debt -20 until -16 live plain'),
('at a gate on trial', 'pending untouched term trial trial'),
('at a gate on trial, beside one at a gate', 'pending untouched term live plain'),
('disputed', 'held active disputed -10…20 live plain again 20 from -10'),
('disputed, which suspends', 'held suspended disputed -10…20 live strict again 20 from -10'),
('one of two is disputed', 'active active term -10…20 live plain again 8 from -10'),
('both are disputed', 'held active disputed -10…20 live plain again 8 from -10'),
('disputed, and strict, beside what is over', 'held suspended disputed -10…20 live strict again 20 from -10'),
('disputed, beside what is kept', 'active active term -10…20 live kept again 20 from -10'),
('disputed, beside what is kept and disputed', 'held suspended disputed -10…20 live kept again 20 from -10'),
('disputed, beside endless grace', 'active active term -10…20 live strict again 20 from -10'),
('disputed, beside what is over for good', 'held suspended disputed -10…20 live strict again 20 from -10'),
('disputed, beside one that begins', 'held active disputed -10…20 live plain again 5 from -10');
-- Rights: from when until when, when and why they were taken back, and until when they were paid for where the sale says it; a dispute of their sale.
CREATE TEMP TABLE rights (id integer GENERATED ALWAYS AS IDENTITY, name text, rule text, starts numeric, ends numeric, revoked numeric, why text, sold numeric, paid_to numeric, dispute text);
INSERT INTO rights (name, rule, starts, ends) VALUES
('one that runs', 'plain', -10, 20),
('one that begins at this very moment', 'plain', 0.125, 20),
('one that ends at this very moment', 'plain', -10, 0.125),
('one that begins', 'plain', 5, 35),
('two that begin', 'plain', 9, 39), ('two that begin', 'strict', 5, 35),
('one that runs and one that begins', 'plain', -10, 20), ('one that runs and one that begins', 'strict', 20, 30),
('two that run', 'strict', -10, 8), ('two that run', 'plain', -5, 20),
('two that run, the other way round', 'plain', -5, 20), ('two that run, the other way round', 'strict', -10, 8),
('one that is over and one that runs', 'plain', -50, -20), ('one that is over and one that runs', 'plain', -5, 25),
('two that are over', 'strict', -50, -20), ('two that are over', 'plain', -40, -1),
('without end', 'mild', -10, 'infinity'),
('over without end of grace', 'mild', -40, -10),
('over, of what is kept', 'kept', -40, -10), ('over, of what is kept', 'plain', -40, -1),
('what is kept and runs yet', 'kept', -5, 5), ('what is kept and runs yet', 'plain', -40, -1),
('what is kept and is to begin', 'kept', 5, 35), ('what is kept and is to begin', 'plain', -5, 6),
('at the same end the most grace', 'mild', -30, -1), ('at the same end the most grace', 'plain', -30, -1),
('at the same end the most grace, the other way round', 'plain', -30, -1), ('at the same end the most grace, the other way round', 'strict', -30, -1),
('trial alone', 'trial', -10, 20),
('trial that runs beside what is over', 'trial', -10, 20), ('trial that runs beside what is over', 'plain', -40, -10),
('trial that is over beside what is over', 'trial', -40, -1), ('trial that is over beside what is over', 'plain', -50, -10),
('trial beside what runs', 'trial', -20, 40), ('trial beside what runs', 'plain', -10, 20),
('trial that begins beside what runs', 'trial', 3, 40), ('trial that begins beside what runs', 'plain', -10, 20),
('trial that begins beside what begins', 'trial', 3, 40), ('trial that begins beside what begins', 'plain', 5, 20),
('older than go-live', 'plain', -300, 20), ('older than go-live and a newer one', 'plain', -300, 40), ('older than go-live and a newer one', 'strict', -10, 20),
('at the same end the most grace, whatever the term', 'plain', -30, -1), ('at the same end the most grace, whatever the term', 'year', -30, -1),
('kept and to end before another', 'kept', -5, 5), ('kept and to end before another', 'plain', -5, 20),
('kept, over at this very moment', 'kept', -40, 0.125), ('kept, over at this very moment', 'plain', -10, 20),
('sold at the moment of go-live', 'plain', -100, 20),
('one of two ends at this very moment', 'strict', -30, 0.125), ('one of two ends at this very moment', 'plain', -5, 20),
('two on trial', 'trial', -10, 20), ('two on trial', 'trial', -5, 30),
('one of two on trial ends at this very moment', 'trial', -30, 0.125), ('one of two on trial ends at this very moment', 'trial', -5, 20),
('trial that begins beside what is over', 'trial', 3, 40), ('trial that begins beside what is over', 'plain', -40, -1),
('suspended for a dispute that was won as grace ended', 'plain', -10, -3.875), ('suspended for a dispute that began with the end', 'plain', -10, -1),
('suspended for a dispute that was won with the end', 'plain', -10, -1),
('at a gate on trial, beside one on trial that is over', 'trial', -40, -20),
('a user who has it', 'plain', -10, -1), ('suspended already', 'plain', -10, -1), ('suspended for a dispute that was won in grace', 'plain', -10, -1),
('suspended for a dispute that was won before the end', 'plain', -10, -1), ('suspended for a dispute that was won after grace', 'plain', -30, -10),
('suspended for a dispute that began after the end', 'plain', -10, -1), ('told', 'plain', -30, -5), ('told of another debt', 'plain', -30, -5),
('a site that is silent', 'unheard', -30, -5), ('a rule that left', 'gone', -30, -5),
('allowed', 'plain', -30, -8), ('allowed before it begins', 'plain', 5, 35), ('allowed no longer', 'plain', 5, 35), ('denied', 'plain', -30, 5);
INSERT INTO rights (name, rule, starts, ends, revoked, why) VALUES
('kept, and over as it began', 'kept', -5, -5, -5, 'subscription'), ('kept, and over as it began', 'plain', -40, -1, NULL, NULL),
('both cancelled at the gate at once', 'strict', NULL, NULL, -2, 'cancelled'), ('both cancelled at the gate at once', 'summer', NULL, NULL, -2, 'cancelled'),
('refunded on trial before it began', 'trial', NULL, NULL, -2, 'refund'),
('both refunded on trial before they began', 'trial', NULL, NULL, -1, 'refund'), ('both refunded on trial before they began', 'trial', NULL, NULL, -2, 'refund'),
('at a gate, beside one cancelled there', 'plain', NULL, NULL, -2, 'cancelled'),
('at a gate on trial, beside one cancelled there', 'trial', NULL, NULL, -2, 'cancelled'),
('refunded', 'plain', -10, -2, -2, 'refund'),
('refunded before it began', 'plain', NULL, NULL, -2, 'refund'),
('refunded before it began, and another that is over', 'strict', NULL, NULL, -2, 'refund'), ('refunded before it began, and another that is over', 'plain', -40, -20, NULL, NULL),
('kept and refunded', 'kept', -40, -5, -5, 'refund'), ('kept and refunded', 'plain', -40, -1, NULL, NULL),
('kept, its subscription ended', 'kept', -40, -5, -5, 'subscription'), ('kept, its subscription ended', 'plain', -40, -1, NULL, NULL),
('over before its subscription ended', 'plain', -40, -5, -2, 'subscription'),
('its subscription ended', 'plain', -40, -5, -5, 'subscription'),
('over before it was refunded', 'plain', -40, -5, -2, 'refund'),
('both cancelled, the longer decides', 'year', -10, -2, -2, 'cancelled'), ('both cancelled, the longer decides', 'plain', -10, -2, -2, 'cancelled'),
('both cancelled, the longer decides, the other way round', 'plain', -10, -2, -2, 'cancelled'), ('both cancelled, the longer decides, the other way round', 'strict', -10, -2, -2, 'cancelled'),
('both cancelled, the summer decides', 'summer', -10, -2, -2, 'cancelled'), ('both cancelled, the summer decides', 'plain', -10, -2, -2, 'cancelled'),
('both cancelled at the gate', 'strict', NULL, NULL, -2, 'cancelled'), ('both cancelled at the gate', 'plain', NULL, NULL, -1, 'cancelled');
INSERT INTO rights (name, rule, starts, ends, revoked, why, paid_to) VALUES
('both cancelled, what was paid for longer decides', 'plain', -10, -2, -2, 'cancelled', 60), ('both cancelled, what was paid for longer decides', 'mild', -10, -2, -2, 'cancelled', NULL);
INSERT INTO rights (name, rule, sold) VALUES
('at a gate', 'plain', -3),
('at a gate, beside one that runs', 'strict', -3),
('at a gate, beside one that is over', 'strict', -3),
('at a gate on trial', 'trial', -3), ('at a gate, beside one cancelled there', 'plain', -3), ('at a gate on trial, beside one cancelled there', 'trial', -3),
('at a gate on trial, beside one on trial that is over', 'trial', -3),
('at a gate on trial, beside one at a gate', 'trial', -3), ('at a gate on trial, beside one at a gate', 'plain', -4);
INSERT INTO rights (name, rule, starts, ends) VALUES ('at a gate, beside one that runs', 'plain', -10, 20), ('at a gate, beside one that is over', 'plain', -40, -20);
INSERT INTO rights (name, rule, starts, ends, dispute) VALUES
('disputed', 'plain', -10, 20, 'open'),
('disputed, begins at this very moment', 'plain', 0.125, 20, 'open'),
('disputed, beside one that ends at this very moment', 'plain', -10, 20, 'open'), ('disputed, beside one that ends at this very moment', 'strict', -10, 0.125, NULL),
('disputed, which suspends', 'strict', -10, 20, 'open'),
('one of two is disputed', 'plain', -10, 20, 'open'), ('one of two is disputed', 'strict', -10, 8, NULL),
('both are disputed', 'plain', -10, 20, 'open'), ('both are disputed', 'strict', -10, 8, 'open'),
('disputed, and strict, beside what is over', 'strict', -10, 20, 'open'), ('disputed, and strict, beside what is over', 'plain', -40, -10, NULL),
('disputed, beside what is kept', 'strict', -10, 20, 'open'), ('disputed, beside what is kept', 'kept', -40, -10, NULL),
('disputed, beside what is kept and disputed', 'strict', -10, 20, 'open'), ('disputed, beside what is kept and disputed', 'kept', -40, -10, 'open'),
('disputed, beside endless grace', 'strict', -10, 20, 'open'), ('disputed, beside endless grace', 'mild', -40, -10, NULL),
('disputed, beside what is over for good', 'strict', -10, 20, 'open'), ('disputed, beside what is over for good', 'plain', -40, -10, NULL),
('disputed, beside one that begins', 'plain', -10, 20, 'open'), ('disputed, beside one that begins', 'strict', 5, 15, NULL);
UPDATE rights g SET dispute = d.dispute
  FROM (VALUES ('won in grace', '-3 0'), ('won before the end', '-6 -4'), ('won after grace', '-12 -2'), ('won as grace ended', '-6 0'), ('won with the end', '-3 -1'),
               ('began with the end', '-1 0'), ('began after the end', '-0.5 0')) d (name, dispute) WHERE g.name LIKE 'suspended for%' || d.name;
-- What there is in Moodle: ours, open (0) or suspended (1).
CREATE TEMP TABLE shown (name text, status integer);
INSERT INTO shown SELECT DISTINCT name, CASE WHEN name LIKE 'suspended%' THEN 1 ELSE 0 END FROM rights
 WHERE name ~ '^(a user|suspended|told|a site|a rule|allowed|denied|refunded$|over|kept|both are|both cancelled,|both cancelled at the gate$|at the same|two that are over|its subscription|disputed|one that ends|one of two|two on trial|sold at|trial that begins beside what is over|trial that is over|what is kept)';
INSERT INTO ctok.site (tenant_id, name, url) SELECT ctok.current_tenant(), 'access ' || n, 'https://' || n || '.test' FROM unnest(ARRAY['heard', 'silent']) n;
CREATE TEMP TABLE sites AS SELECT tenant_id, site_id, replace(name, 'access ', '') AS name FROM ctok.site WHERE name LIKE 'access %';
INSERT INTO ctok.site_state (tenant_id, site_id, release, identity, read_level, student_role_id, last_complete_at) SELECT tenant_id, site_id, '4.5', name, 1, 5, rule.now() FROM sites;
INSERT INTO ctok.site_pull (tenant_id, site_id, run_id, read_level, begun_at, complete) SELECT tenant_id, site_id, 0, 1, rule.now(), name = 'heard' FROM sites;
INSERT INTO ctok.source (tenant_id, name, kind, role) SELECT ctok.current_tenant(), 'access ' || n, 'csv', 'sale' FROM unnest(ARRAY['live', 'trial']) n;
CREATE TEMP TABLE sources AS SELECT tenant_id, source_id, name = 'access live' AS live FROM ctok.source WHERE name LIKE 'access %';
INSERT INTO ctok.source_state (tenant_id, source_id, watermark, last_complete_at) SELECT tenant_id, source_id, rule.now(), rule.now() FROM sources;
INSERT INTO ctok.pull (tenant_id, source_id, run_id, window_from, window_to, begun_at, complete) SELECT tenant_id, source_id, 0, rule.now(), rule.now(), rule.now(), true FROM sources;
INSERT INTO ctok.live (tenant_id, site_id, source_id, since, known_at) SELECT s.tenant_id, s.site_id, o.source_id, pg_temp.may(-100), pg_temp.may(-100) FROM sites s, sources o WHERE o.live;
INSERT INTO ctok.target (tenant_id, site_id, reference, course_id) SELECT tenant_id, site_id, 'access ' || name, 77 FROM sites;
INSERT INTO ctok.product_rule (tenant_id, digest, source_id, match_kind, pattern, site_id, role, term, until, grace_days, notice_days, delivery, learner, on_expiry, on_refund, on_dispute, renews,
                               certificate, exclude, gone)
SELECT o.tenant_id, 'access ' || r.name, o.source_id, 'sku', r.name, s.site_id, 'student', r.term, r.until, r.grace, 3, 'direct', 'form', r.on_expiry, r.on_refund, r.on_dispute, r.renews, '', false, r.name = 'gone'
  FROM (SELECT * FROM rules UNION ALL SELECT n.name, r.live, r.grace, r.on_expiry, r.on_refund, r.on_dispute, r.term, r.until, r.renews
          FROM rules r, (VALUES ('gone'), ('unheard')) n (name) WHERE r.name = 'plain') r
  JOIN sources o ON o.live = r.live JOIN sites s ON s.name = CASE r.name WHEN 'unheard' THEN 'silent' ELSE 'heard' END;
INSERT INTO ctok.rule_target (tenant_id, rule_id, target_id)
SELECT r.tenant_id, r.rule_id, t.target_id FROM ctok.product_rule r, ctok.target t WHERE r.digest = 'access gone' AND t.reference = 'access heard';
INSERT INTO ctok.person (tenant_id, email, display_name, known_at) SELECT DISTINCT ctok.current_tenant(), name, name, rule.now() FROM rights;
CREATE TEMP TABLE people AS
SELECT p.tenant_id, p.person_id, p.email AS name, s.site_id, t.target_id, n.status, 1000 + p.person_id AS user_id
  FROM ctok.person p JOIN (SELECT DISTINCT name FROM rights) r ON r.name = p.email JOIN sites s ON s.name = CASE p.email WHEN 'a site that is silent' THEN 'silent' ELSE 'heard' END
  JOIN ctok.target t ON t.site_id = s.site_id LEFT JOIN shown n ON n.name = p.email;
INSERT INTO ctok.account (tenant_id, site_id, person_id, user_id, made) SELECT tenant_id, site_id, person_id, user_id, true FROM people;
INSERT INTO ctok.managed (tenant_id, site_id, course_id, user_id, action_id, written_start, written_end, written_status)
SELECT tenant_id, site_id, 77, user_id, 0, 0, extract(epoch FROM pg_temp.may(1)), status FROM people WHERE status IS NOT NULL;
-- (The document of each right is called by its number; so are its unit and its dispute.)
INSERT INTO ctok.entitlement (tenant_id, unit_id, target_id, person_id, rule_id, source_id, document_id, price_minor, currency, sold_at, revoked_at, revoked_why, starts_at, ends_at, matched_at,
                              period_from, period_to)
SELECT p.tenant_id, 1000000 + g.id, p.target_id, p.person_id, r.rule_id, r.source_id, 1000000 + g.id, 100, 'EUR', pg_temp.may(coalesce(g.sold, g.starts, -30)), pg_temp.may(g.revoked), g.why,
       pg_temp.may(g.starts), pg_temp.may(g.ends), rule.now(), CASE WHEN g.paid_to IS NOT NULL THEN pg_temp.may(g.starts) END, pg_temp.may(g.paid_to)
  FROM rights g JOIN people p ON p.name = g.name JOIN ctok.product_rule r ON r.digest = 'access ' || g.rule ORDER BY g.id;
INSERT INTO ctok.settlement (tenant_id, source_id, kind, external_key, payment_key, intent_key, amount_minor, currency, effective_at, known_at, run_id, document_id)
SELECT o.tenant_id, o.source_id, k.kind, 'access ' || g.id, '', '', -100, 'EUR', pg_temp.may(k.day), rule.now(), 0, 1000000 + g.id
  FROM rights g JOIN sources o ON o.live
 CROSS JOIN LATERAL (SELECT 'dispute_opened' AS kind, CASE g.dispute WHEN 'open' THEN -2 ELSE split_part(g.dispute, ' ', 1)::numeric END AS day
                     UNION ALL SELECT 'dispute_won', split_part(g.dispute, ' ', 2)::numeric WHERE g.dispute <> 'open') k WHERE g.dispute IS NOT NULL;
-- Notices that were taken three days after the debt.
INSERT INTO ctok.debt_episode (tenant_id, person_id, target_id, debt_at, why, suspend_at, notice_days, known_at)
SELECT tenant_id, person_id, target_id, pg_temp.may(CASE name WHEN 'told of another debt' THEN -6 ELSE -5 END), 'term', rule.now(), 3, rule.now() FROM people WHERE name ~ '^(told|a site|a rule)';
INSERT INTO ctok.outbox (tenant_id, event, person_id, recipient_hash, template, locale, facts, message_id, state, next_try_at, queued_run, queued_at, sent_run, sent_at, accepted_at)
SELECT d.tenant_id, rule.debt_event('grace', d.episode_id, d.opened, 0), d.person_id, '', 'grace-notice', 'en', '{}', '', 'sent', rule.now(), 0, pg_temp.may(-5), 0, pg_temp.may(-2.875), pg_temp.may(-2.875)
  FROM ctok.debt_episode d JOIN people p ON p.person_id = d.person_id;
INSERT INTO ctok.decision (tenant_id, kind, matter, person_id, target_id, until_at, who_name, reason, asked_at, begun_at, ended_at, ended_why)
SELECT tenant_id, CASE name WHEN 'denied' THEN 'deny' ELSE 'allow' END, name, person_id, target_id, pg_temp.may(10), 'Eve', 'so it is', rule.now(), pg_temp.may(-3),
       CASE WHEN name LIKE '%no longer' THEN pg_temp.may(-1) END, CASE WHEN name LIKE '%no longer' THEN 'over' END FROM people WHERE name ~ '^(allowed|denied)';
INSERT INTO ctok.action (tenant_id, plan_id, kind, site_id, person_id, target_id, course_id, user_id, reason, trial, after_status, role, fingerprint, state)
SELECT tenant_id, 0, 'enrol', site_id, person_id, target_id, 77, user_id, 'allowed', false, 0, 'student', name, 'done' FROM people WHERE name = 'allowed no longer';
ANALYZE ctok.entitlement, ctok.product_rule, ctok.settlement, ctok.person, ctok.account, ctok.managed, ctok.decision, ctok.debt_episode, ctok.outbox, ctok.action, ctok.target;

CREATE TEMP VIEW judged AS
SELECT p.name, a.found, h.expected, a.found IS NOT DISTINCT FROM h.expected AS right_so
  FROM people p
  LEFT JOIN held h ON h.name = p.name
  LEFT JOIN (SELECT a.person_id, string_agg(concat_ws(' ', a.state, a.wanted, a.why, pg_temp.day(a.starts_at) || '…' || pg_temp.day(a.ends_at), 'debt ' || pg_temp.day(a.debt_at),
                    'until ' || pg_temp.day(a.suspend_at), CASE WHEN a.trial THEN 'trial' ELSE 'live' END, replace(r.digest, 'access ', ''), 'again ' || pg_temp.day(a.next_change_at),
                    'from ' || pg_temp.day(to_timestamp(a.wanted_start))), ', ') AS found
               FROM rule.access_now a JOIN ctok.product_rule r ON r.rule_id = a.rule_id GROUP BY a.person_id) a ON a.person_id = p.person_id;
