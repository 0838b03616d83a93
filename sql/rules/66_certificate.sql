-- Completions in paid cycles and what becomes of them: `issue_id` when it has its certificate, else `due` when one is to be made now.
CREATE VIEW rule.completion_due WITH (security_invoker = true) AS
SELECT c.*, i.issue_id, i.state AS issue_state, r.certificate, r.certificate_valid,
       w.would AND n.person_id IS NULL AS due,
       -- It waits until somebody says whose name is the right one.
       w.would AND n.person_id IS NOT NULL AS doubted
  FROM rule.completion_cycle c
  JOIN ctok.product_rule r ON r.tenant_id = c.tenant_id AND r.rule_id = c.rule_id
  LEFT JOIN ctok.live v ON v.tenant_id = c.tenant_id AND v.site_id = c.site_id AND v.source_id = r.source_id
  -- Cycles are numbered anew when an older sale comes in; a completion keeps the certificate it has.
  LEFT JOIN LATERAL (
        SELECT x.issue_id, x.state
          FROM ctok.issue x
         WHERE x.tenant_id = c.tenant_id AND x.site_id = c.site_id AND x.target_id = c.target_id AND x.person_id = c.person_id
           AND (x.cycle = c.cycle OR x.completed_at = c.completed_at) AND x.state IN ('planned', 'live', 'refused')
         ORDER BY x.completed_at <> c.completed_at, x.issue_id
         LIMIT 1
       ) i ON true
  LEFT JOIN rule.doubted_name n ON n.tenant_id = c.tenant_id AND n.person_id = c.person_id
 CROSS JOIN LATERAL (SELECT i.issue_id IS NULL AND NOT c.trial AND r.certificate <> 'none' AND c.completed_at >= v.since AS would) w
 WHERE c.cycle IS NOT NULL;

-- Could a certificate not be drawn because of its learner's name, which only the learner can spell otherwise? (What is said of it begins with
-- the fact's name, or has it behind "of".)
CREATE FUNCTION rule.name_refused(failure text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN failure COLLATE "C" ~ '^(learner |no font has a character of learner:)';

-- Completions whose certificate waits for how the learner's name is spelled: because it goes by two, or because it cannot be drawn.
CREATE VIEW rule.certificate_waiting WITH (security_invoker = true) AS
SELECT w.*, 'certificate-waiting:' || w.person_id || '.' || w.target_id || '.' || to_char(w.completed_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD') AS event
  FROM (SELECT d.tenant_id, d.site_id, d.target_id, d.person_id, d.completed_at
          FROM rule.doubted_name n
          JOIN ctok.access a ON a.tenant_id = n.tenant_id AND a.person_id = n.person_id
          JOIN ctok.target t ON t.tenant_id = a.tenant_id AND t.target_id = a.target_id
         -- Few names are in doubt: what these persons completed is looked at, course by course, and not what everybody did.
         CROSS JOIN LATERAL (SELECT * FROM rule.completion_due c
                              WHERE c.tenant_id = a.tenant_id AND c.person_id = a.person_id AND c.target_id = a.target_id
                                AND c.site_id = t.site_id AND c.course_id = t.course_id AND c.doubted OFFSET 0) d
         UNION ALL
        SELECT i.tenant_id, i.site_id, i.target_id, i.person_id, i.completed_at
          FROM ctok.issue i
         WHERE i.state = 'refused' AND rule.name_refused(i.failure)) w;

-- Certificates that a later completion of the same course has renewed, or is about to.
CREATE VIEW rule.issue_renewed WITH (security_invoker = true) AS
SELECT i.tenant_id, i.issue_id
  FROM ctok.issue i
 WHERE EXISTS (SELECT 1 FROM ctok.issue n
                WHERE n.tenant_id = i.tenant_id AND n.site_id = i.site_id AND n.target_id = i.target_id AND n.person_id = i.person_id
                  AND n.completed_at > i.completed_at AND n.state IN ('planned', 'live', 'refused'));
