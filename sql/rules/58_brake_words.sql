-- Holds as people read them.

-- Why actions, certificates and mails are held; rule.report_word has these words too.
CREATE VIEW rule.held_word (code, words) WITH (security_invoker = true) AS VALUES
('brake', 'Held by a brake'),
('reverted', 'Held: somebody took it back'),
('staff', 'Held: somebody took it away in Moodle'),
('corrected', 'Held: it ends earlier only by a correction of its policy'),
('enrolments', 'Held with the enrolments that need it');

-- "suspensions": what a brake counts.
CREATE FUNCTION rule.brake_words(kind text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE kind WHEN 'enrol' THEN 'enrolments' WHEN 'create_account' THEN 'new accounts' WHEN 'rename' THEN 'account changes'
                     WHEN 'suspend' THEN 'suspensions' WHEN 'unenrol' THEN 'removals' WHEN 'revoke' THEN 'revoked certificates'
                     WHEN 'void' THEN 'voided tokens' WHEN 'issue' THEN 'certificates' WHEN 'mail' THEN 'mails' WHEN 'extend' THEN 'extensions'
                     WHEN 'taken_away' THEN 'taken-away enrolments'
                     ELSE kind END;

-- "of 240 active enrolments": what they are measured by.
CREATE FUNCTION rule.brake_base_words(kind text, base bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN kind IN ('issue', 'mail') THEN 'a usual night has ' || base
                WHEN kind = 'revoke' THEN 'there are ' || base || ' certificates'
                WHEN kind = 'void' THEN 'there are ' || base || ' tokens'
                ELSE 'there are ' || base || ' active enrolments' END;

-- How courses are called where people name them.
CREATE VIEW rule.target_name WITH (security_invoker = true) AS
SELECT t.tenant_id, t.site_id, t.target_id, coalesce(c.shortname, t.reference) AS course
  FROM ctok.target t
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.course_id = t.course_id;

-- The holds that stand and are not within a wider one of their kind, with what they hold now.
CREATE VIEW rule.hold_now WITH (security_invoker = true) AS
SELECT h.tenant_id, h.hold_id, h.kind, h.scope, h.site_id, h.target_id, h.wanted, h.base, h.most, h.foreseen, h.since_at,
       coalesce(s.name, '') AS site, coalesce(n.course, '') AS course, coalesce(k.held, 0) AS held
  FROM ctok.hold h
  -- (Counted once for all holds: a first night has one for each course.)
  LEFT JOIN (SELECT i.tenant_id, i.kind, coalesce(i.site_id, 0) AS site_id, coalesce(i.target_id, 0) AS target_id, grouping(i.site_id, i.target_id) AS over,
                    count(*) AS held
               FROM rule.held_item i
              WHERE i.why = 'brake'
              GROUP BY GROUPING SETS ((i.tenant_id, i.kind, i.site_id, i.target_id), (i.tenant_id, i.kind, i.site_id), (i.tenant_id, i.kind))) k
         ON k.tenant_id = h.tenant_id AND k.kind = h.kind AND k.site_id = h.site_id AND k.target_id = h.target_id
        AND k.over = CASE WHEN h.target_id <> 0 THEN 0 WHEN h.site_id <> 0 THEN 1 ELSE 3 END
  LEFT JOIN ctok.site s ON s.tenant_id = h.tenant_id AND s.site_id = h.site_id
  LEFT JOIN rule.target_name n ON n.tenant_id = h.tenant_id AND n.target_id = h.target_id
 WHERE h.standing
   AND NOT EXISTS (SELECT 1 FROM ctok.hold w
                    WHERE w.tenant_id = h.tenant_id AND w.standing AND w.kind = h.kind AND w.hold_id <> h.hold_id
                      AND w.site_id IN (0, h.site_id) AND w.target_id IN (0, h.target_id));
