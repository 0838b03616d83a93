-- Everything else that moves a pair: its documents, its account or enrolment in Moodle, its course, and time.
INSERT INTO dirty_pair
SELECT a.person_id, a.target_id
  FROM ctok.access a
 WHERE a.next_change_at <= (SELECT rule.now())
UNION ALL
-- A source fell silent after this was planned.
SELECT w.person_id, w.target_id
  FROM rule.action_waits w
UNION ALL
-- Moodle's own end is near, and the one that it stands for is held.
SELECT o.person_id, o.target_id
  FROM ctok.action o
 WHERE o.state = 'held' AND o.kind IN ('suspend', 'unenrol')
   AND o.before_end > 0 AND o.before_end < (SELECT extract(epoch FROM rule.now() + interval '3 days'))
UNION ALL
SELECT e.person_id, e.target_id
  FROM look_document d
  JOIN ctok.entitlement e ON e.tenant_id = d.tenant_id AND e.document_id = d.document_id
UNION ALL
-- What happened to a payment elsewhere holds the sale that it settles.
SELECT e.person_id, e.target_id
  FROM look_document d
  JOIN ctok.deal_document m ON m.tenant_id = d.tenant_id AND m.document_id = d.document_id AND m.part <> 'sale'
  JOIN ctok.entitlement e ON e.tenant_id = m.tenant_id AND e.document_id = m.deal_id
UNION ALL
SELECT a.person_id, a.target_id
  FROM ctok.dirty_access d
  JOIN ctok.account c ON c.tenant_id = d.tenant_id AND c.site_id = d.site_id AND c.user_id = d.user_id
  JOIN ctok.target t ON t.tenant_id = d.tenant_id AND t.site_id = d.site_id AND t.course_id = d.course_id
  JOIN ctok.access a ON a.tenant_id = d.tenant_id AND a.person_id = c.person_id AND a.target_id = t.target_id
UNION ALL
SELECT a.person_id, a.target_id
  FROM ctok.dirty_user d
  JOIN ctok.account c ON c.tenant_id = d.tenant_id AND c.site_id = d.site_id AND c.user_id = d.user_id
  JOIN ctok.access a ON a.tenant_id = d.tenant_id AND a.person_id = c.person_id AND a.site_id = d.site_id
UNION ALL
SELECT a.person_id, a.target_id
  FROM ctok.dirty_user d
  JOIN ctok.mirror_user u ON u.tenant_id = d.tenant_id AND u.site_id = d.site_id AND u.user_id = d.user_id
  JOIN ctok.person_email k ON k.tenant_id = d.tenant_id AND k.email = u.email_key
  JOIN ctok.access a ON a.tenant_id = d.tenant_id AND a.person_id = k.person_id AND a.site_id = d.site_id
UNION ALL
SELECT a.person_id, a.target_id
  FROM ctok.dirty_course d
  JOIN ctok.target t ON t.tenant_id = d.tenant_id AND t.site_id = d.site_id AND t.course_id = d.course_id
  JOIN ctok.access a ON a.tenant_id = d.tenant_id AND a.target_id = t.target_id
UNION ALL
-- Which of several accounts is the person's may have become clear by one that vanished.
SELECT f.person_id, f.target_id
  FROM ctok.finding f
 WHERE f.class = 'AMBIGUOUS_ACCOUNT' AND f.cleared_at IS NULL
UNION ALL
-- Who is who was decided by hand.
SELECT a.person_id, a.target_id
  FROM ctok.dirty_person d
  JOIN ctok.access a ON a.tenant_id = d.tenant_id AND a.person_id = d.person_id
UNION ALL
-- (What was granted has no document that would be looked at.)
SELECT e.person_id, e.target_id
  FROM ctok.dirty_person d
  JOIN ctok.entitlement e ON e.tenant_id = d.tenant_id AND e.person_id = d.person_id
