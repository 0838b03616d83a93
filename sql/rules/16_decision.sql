-- What people decided (docs/architecture.md, "Decisions"). It is noted by a command and holds from the next reconcile on.

-- Decisions that hold now.
CREATE VIEW rule.decision_holds WITH (security_invoker = true) AS
SELECT d.*
  FROM ctok.decision d
 WHERE d.begun_at IS NOT NULL AND d.ended_at IS NULL AND (d.until_at IS NULL OR (SELECT rule.now()) < d.until_at);

-- What overrides the rules for an access: 'allow', 'deny', or 'drop', when the learner left. Of several, which only a merge of two records brings about,
-- the newest.
CREATE VIEW rule.access_override WITH (security_invoker = true) AS
SELECT DISTINCT ON (d.tenant_id, d.person_id, t.stands_for)
       d.tenant_id, d.person_id, t.stands_for AS target_id, d.decision_id, d.kind AS override,
       coalesce(d.until_at, 'infinity') AS until_at, d.begun_at
  FROM rule.decision_holds d
  JOIN ctok.target t ON t.tenant_id = d.tenant_id AND t.target_id = d.target_id
 WHERE d.kind IN ('allow', 'deny', 'drop')
 ORDER BY d.tenant_id, d.person_id, t.stands_for, d.decision_id DESC;

-- Accesses that were allowed and are so no longer, as long as nothing was given since for another reason.
CREATE VIEW rule.override_over WITH (security_invoker = true) AS
SELECT DISTINCT d.tenant_id, d.person_id, t.target_id
  FROM ctok.decision d
  JOIN (SELECT tenant_id, target_id AS named, stands_for AS target_id FROM ctok.target) t ON t.tenant_id = d.tenant_id AND t.named = d.target_id
 WHERE d.kind = 'allow' AND d.begun_at IS NOT NULL AND (d.ended_at IS NOT NULL OR d.until_at <= (SELECT rule.now()))
   AND 'allowed' = (SELECT a.reason FROM ctok.action a
                     WHERE a.tenant_id = d.tenant_id AND a.person_id = d.person_id AND a.target_id = t.target_id AND a.state = 'done' AND a.after_status = 0
                     ORDER BY a.action_id DESC LIMIT 1);

-- Enrolments that are to be given back although somebody took them away in Moodle.
CREATE VIEW rule.access_restored WITH (security_invoker = true) AS
SELECT d.tenant_id, d.person_id, t.stands_for AS target_id
  FROM rule.decision_holds d
  JOIN ctok.target t ON t.tenant_id = d.tenant_id AND t.target_id = d.target_id
 WHERE d.kind = 'restore';

-- What was decided about documents that vanished: it holds for that time that they vanished, and as long as they are away.
CREATE VIEW rule.gone_decided WITH (security_invoker = true) AS
SELECT d.tenant_id, d.document_id, d.decision_id, d.kind, d.begun_at
  FROM rule.decision_holds d
  JOIN ctok.document x ON x.tenant_id = d.tenant_id AND x.document_id = d.document_id AND x.gone_at = d.about_at
 WHERE d.about = 'gone';

-- What was decided about money that was given back without a word what for. It holds for that amount: of more a person decides anew.
CREATE VIEW rule.refund_decided WITH (security_invoker = true) AS
SELECT d.tenant_id, d.document_id, d.decision_id, d.about, d.about_minor
  FROM rule.decision_holds d
 WHERE d.kind IN ('seat', 'keep') AND d.about IN ('refund', 'dispute', 'credit');

-- The seats that it was for, from the moment at which it was given back.
CREATE VIEW rule.seat_decided WITH (security_invoker = true) AS
SELECT d.tenant_id, u.unit_id, d.document_id, d.decision_id, d.about, d.about_at, d.about_minor
  FROM rule.decision_holds d
  JOIN ctok.decision_unit u ON u.tenant_id = d.tenant_id AND u.decision_id = d.decision_id
 WHERE d.kind = 'seat';

-- The decision by which the policy of an entitlement is another one than it was sold under: the newest that reaches it.
CREATE VIEW rule.policy_corrected WITH (security_invoker = true) AS
SELECT DISTINCT ON (e.tenant_id, e.entitlement_id) e.tenant_id, e.entitlement_id, d.decision_id
  FROM rule.decision_holds d
  JOIN ctok.entitlement e ON e.tenant_id = d.tenant_id AND e.document_id = d.document_id
                         AND (d.person_id IS NULL OR e.person_id = d.person_id) AND (d.target_id IS NULL OR e.target_id = d.target_id)
 WHERE d.kind = 'policy'
 ORDER BY e.tenant_id, e.entitlement_id, d.decision_id DESC;
