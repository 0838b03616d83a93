-- Brakes (docs/architecture.md, "Brakes"): how many changes of a kind one plan may make in a scope before a person must look.

-- The brake that an action of the plan answers to. What gives access counts together, however the row comes about; what only moves an
-- end out answers to none.
CREATE FUNCTION rule.brake_kind(action_kind text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN action_kind IN ('enrol', 'resume', 'take_over') THEN 'enrol'
                WHEN action_kind = 'update_account' THEN 'rename'
                WHEN action_kind IN ('create_account', 'rename', 'suspend', 'unenrol') THEN action_kind END;

-- How many may pass, of ${base} in the scope: active managed enrolments (revoke: live certificates, void: live tokens; mail and issue: the
-- median night). One more, and all are held. In a scope of 4 or more, no more than half lose something.
CREATE FUNCTION rule.brake_limit(kind text, base bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN kind IN ('suspend', 'unenrol', 'rename', 'revoke', 'void')
                    THEN least(greatest(25, base / 20), CASE WHEN base >= 4 THEN base / 2 END)
                WHEN kind IN ('enrol', 'create_account') THEN greatest(25, base / 20)
                WHEN kind IN ('issue', 'mail') THEN greatest(500, 5 * base) END;

-- What passes whatever the base is: below it nothing needs to be counted.
CREATE FUNCTION rule.brake_least(kind text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN kind IN ('suspend', 'unenrol', 'rename', 'revoke', 'void') THEN 2
                WHEN kind IN ('enrol', 'create_account') THEN 25
                WHEN kind IN ('issue', 'mail') THEN 500 END;

-- Fingerprints that are released: approved less than 48 hours ago and not carried out since. A fingerprint is used once, whichever approval
-- let it through.
CREATE VIEW rule.approval_live WITH (security_invoker = true) AS
SELECT i.tenant_id, i.fingerprint, max(i.approval_id) AS approval_id
  FROM ctok.approval p
  JOIN ctok.approval_item i ON i.tenant_id = p.tenant_id AND i.approval_id = p.approval_id
 WHERE p.expires_at > rule.now()
   AND NOT EXISTS (SELECT 1 FROM ctok.action d
                    WHERE d.tenant_id = i.tenant_id AND d.fingerprint = i.fingerprint AND d.approval_id >= i.approval_id AND d.state = 'done')
 GROUP BY i.tenant_id, i.fingerprint;

-- Removals that were foreseen: the end was planned before it came, and stood as it is through 7 complete nights before the removal fell
-- due. What comes as a surprise (a refund, an order that vanished) ends when it is known, and never gets there, however long it is held. A
-- night is complete for a course when every source with a rule for it was read completely (a closed one has said all it will); a day stands
-- for its night, so that runs repeated by hand do not make a week.
CREATE VIEW rule.action_foreseen WITH (security_invoker = true) AS
WITH removal AS (
    SELECT a.tenant_id, a.action_id, a.target_id, (x.end_known_at AT TIME ZONE rule.zone())::date AS known_day,
           (x.suspend_at AT TIME ZONE rule.zone())::date AS due_day
      FROM ctok.action a
      JOIN ctok.access x ON x.tenant_id = a.tenant_id AND x.person_id = a.person_id AND x.target_id = a.target_id
     -- (What a grace without end keeps from ending is no foreseen end, though something else ended it.)
     WHERE a.state IN ('open', 'held') AND a.kind IN ('suspend', 'unenrol') AND x.end_known_at < x.ends_at AND isfinite(x.suspend_at)
), night AS (
    -- Longer ago nothing was foreseen that is not carried out by now.
    SELECT DISTINCT r.tenant_id, (r.effective_at AT TIME ZONE rule.zone())::date AS day
      FROM ctok.run r
     WHERE r.effective_at > rule.now() - interval '90 days' AND EXISTS (SELECT 1 FROM removal)
), read AS (
    SELECT DISTINCT p.tenant_id, p.source_id, (r.effective_at AT TIME ZONE rule.zone())::date AS day
      FROM ctok.pull p
      JOIN ctok.run r ON r.tenant_id = p.tenant_id AND r.run_id = p.run_id
     WHERE p.complete AND r.effective_at > rule.now() - interval '90 days'
), complete AS (
    SELECT t.tenant_id, t.target_id, d.day
      FROM (SELECT DISTINCT tenant_id, target_id FROM removal) t
      JOIN night d ON d.tenant_id = t.tenant_id
      LEFT JOIN (SELECT n.tenant_id, n.target_id, n.source_id
                   FROM rule.source_needed n
                   JOIN ctok.source s ON s.tenant_id = n.tenant_id AND s.source_id = n.source_id AND NOT s.closed) n
             ON n.tenant_id = t.tenant_id AND n.target_id = t.target_id
      LEFT JOIN read r ON r.tenant_id = n.tenant_id AND r.source_id = n.source_id AND r.day = d.day
     GROUP BY t.tenant_id, t.target_id, d.day
    HAVING count(n.source_id) = count(r.source_id)
)
SELECT r.tenant_id, r.action_id
  FROM removal r
  JOIN complete c ON c.tenant_id = r.tenant_id AND c.target_id = r.target_id AND c.day >= r.known_day AND c.day < r.due_day
 WHERE r.due_day - r.known_day >= 7
 GROUP BY r.tenant_id, r.action_id
HAVING count(*) >= 7;

-- Actions that are held for a reason of their own, however few they are. `why` is spelled out by rule.held_word.
CREATE VIEW rule.held_apart WITH (security_invoker = true) AS
-- What somebody took back does not come again by itself: the same change waits for an approval.
SELECT a.tenant_id, a.action_id, 'reverted' AS why
  FROM rule.barred_change b
  JOIN ctok.action a ON a.tenant_id = b.tenant_id AND a.person_id = b.person_id AND a.target_id = b.target_id
 WHERE a.state IN ('open', 'held') AND a.undoes IS NULL AND rule.change_key(a.after_status, a.after_end) = b.bars
UNION
-- The same of what an account says.
SELECT a.tenant_id, a.action_id, 'reverted'
  FROM rule.barred_saying b
  JOIN ctok.action a ON a.tenant_id = b.tenant_id AND a.site_id = b.site_id AND a.person_id = b.person_id AND a.fingerprint = b.bars
 WHERE a.state IN ('open', 'held') AND a.undoes IS NULL AND a.kind = 'update_account'
UNION
-- What somebody suspended or removed in Moodle although it is ours and paid for is not given back over their head, night after night: we last wrote
-- that it is active.
SELECT a.tenant_id, a.action_id, 'staff'
  FROM ctok.action a
  JOIN ctok.managed g ON g.tenant_id = a.tenant_id AND g.site_id = a.site_id AND g.course_id = a.course_id AND g.user_id = a.user_id
                     AND g.written_status = 0
 WHERE a.state IN ('open', 'held') AND a.undoes IS NULL AND a.kind IN ('enrol', 'resume')
   -- Unless a person decided that it is given back.
   AND NOT EXISTS (SELECT 1 FROM rule.access_restored d WHERE d.tenant_id = a.tenant_id AND d.person_id = a.person_id AND d.target_id = a.target_id)
UNION
-- What ends only because a policy was corrected, or a correction taken back: earlier than by what was sold, or said, before.
SELECT a.tenant_id, a.action_id, 'corrected'
  FROM ctok.action a
  JOIN ctok.access x ON x.tenant_id = a.tenant_id AND x.person_id = a.person_id AND x.target_id = a.target_id AND x.why = 'term'
 WHERE a.state IN ('open', 'held') AND a.undoes IS NULL AND a.kind IN ('suspend', 'unenrol')
   AND (a.tenant_id, a.person_id, a.target_id) IN
       (SELECT e.tenant_id, e.person_id, e.target_id
          FROM ctok.policy_change c
          JOIN ctok.entitlement e ON e.tenant_id = c.tenant_id AND e.entitlement_id = c.entitlement_id AND e.revoked_at IS NULL
         WHERE c.kept_until > (SELECT rule.now()));

-- The waiting actions that a plan is judged by; `kind` is NULL for those no brake counts. Approved ones are out of it. A removal that is
-- held does not count less in the night in which Moodle's own end has to be moved out for it (reason 'waits'): item 0 stands for it. A welcome comes with
-- a new account, which is counted.
CREATE VIEW rule.brake_action WITH (security_invoker = true) AS
SELECT a.tenant_id, a.action_id AS item_id, CASE WHEN a.reason <> 'welcome' THEN rule.brake_kind(a.kind) END AS kind, a.site_id, coalesce(a.target_id, 0) AS target_id, a.trial,
       f.action_id IS NOT NULL AS foreseen, coalesce(h.why, '') AS apart
  FROM ctok.action a
  LEFT JOIN rule.action_foreseen f ON f.tenant_id = a.tenant_id AND f.action_id = a.action_id
  LEFT JOIN (SELECT tenant_id, action_id, min(why) AS why FROM rule.held_apart GROUP BY tenant_id, action_id) h
         ON h.tenant_id = a.tenant_id AND h.action_id = a.action_id
 WHERE a.state IN ('open', 'held') AND a.approval_id IS NULL
UNION ALL
SELECT a.tenant_id, 0, CASE x.wanted WHEN 'unenrolled' THEN 'unenrol' ELSE 'suspend' END, a.site_id, a.target_id, a.trial, false, ''
  FROM ctok.action a
  JOIN ctok.access x ON x.tenant_id = a.tenant_id AND x.person_id = a.person_id AND x.target_id = a.target_id
                    AND x.wanted IN ('suspended', 'unenrolled')
 WHERE a.state IN ('open', 'held') AND a.kind = 'extend' AND a.reason = 'waits'
   AND NOT EXISTS (SELECT 1 FROM rule.access_waits w WHERE w.tenant_id = a.tenant_id AND w.person_id = a.person_id AND w.target_id = a.target_id);

-- Everything that is held now, each with what an approval releases it by. An account that is held because its enrolments are goes with them. What staff
-- took away is a kind of its own: to overrule them is another decision than to let a wave pass.
CREATE VIEW rule.held_item WITH (security_invoker = true) AS
SELECT a.tenant_id, CASE a.held_why WHEN 'staff' THEN 'taken_away' ELSE coalesce(rule.brake_kind(a.kind), a.kind) END AS kind, a.site_id, coalesce(a.target_id, 0) AS target_id, a.held_why AS why,
       a.fingerprint
  FROM ctok.action a
 WHERE a.state = 'held'
UNION ALL
SELECT i.tenant_id, 'issue', i.site_id, i.target_id, i.held_why, 'issue:' || i.issue_id
  FROM ctok.issue i
 WHERE i.held_why <> '' AND i.state = 'planned'
UNION ALL
SELECT o.tenant_id, 'mail', 0, 0, o.held_why, 'mail:' || o.mail_id
  FROM ctok.outbox o
 WHERE o.held_why <> '' AND o.state IN ('queued', 'deferred', 'doubt');
