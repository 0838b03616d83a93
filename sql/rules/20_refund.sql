-- When a unit was given back. Refunds work per unit (docs/architecture.md, "Refunds").

-- What was given back of documents, each with what had been up to it: refunds, whatever they name (a note that came before its original names no unit,
-- one that came after it may), and disputes that were lost, which weigh with them.
CREATE VIEW rule.document_back WITH (security_invoker = true) AS
SELECT x.tenant_id, x.document_id, x.why, x.effective_at, x.amount_minor,
       sum(x.amount_minor) OVER (PARTITION BY x.tenant_id, x.document_id ORDER BY x.effective_at, x.why DESC, x.movement_id) AS so_far
  FROM (SELECT m.tenant_id, m.document_id, 'refund' AS why, m.effective_at, -m.amount_minor AS amount_minor, m.movement_id
          FROM ctok.movement m
         WHERE m.kind = 'refund'
         UNION ALL
        SELECT d.tenant_id, d.document_id, 'dispute', d.lost_at, d.amount_minor, NULL
          FROM rule.dispute d
         WHERE d.lost_at IS NOT NULL) x;

-- Documents that something may have been taken back of: few, and found before anything is looked up for each.
CREATE VIEW rule.document_touched WITH (security_invoker = true) AS
SELECT d.tenant_id, d.document_id
  FROM ctok.document d
 WHERE d.status IN ('cancelled', 'unpaid') OR d.refunded_minor > 0
UNION ALL
SELECT d.tenant_id, d.document_id
  FROM rule.document_credit k
  JOIN ctok.document d ON d.tenant_id = k.tenant_id AND d.document_id = k.original_id
 WHERE NOT (d.status IN ('cancelled', 'unpaid') OR d.refunded_minor > 0)
UNION
SELECT d.tenant_id, d.document_id
  FROM (SELECT tenant_id, document_id FROM rule.document_dispute WHERE lost_minor > 0
        UNION
        SELECT tenant_id, document_id FROM rule.line_ended
        UNION
        SELECT tenant_id, document_id FROM rule.document_owed) x
  JOIN ctok.document d ON d.tenant_id = x.tenant_id AND d.document_id = x.document_id
 WHERE NOT (d.status IN ('cancelled', 'unpaid') OR d.refunded_minor > 0)
   AND NOT EXISTS (SELECT 1 FROM rule.document_credit k WHERE k.tenant_id = d.tenant_id AND k.original_id = d.document_id)
UNION
SELECT d.tenant_id, d.document_id FROM rule.gone_decided d WHERE d.kind = 'end';

-- The moment from which a whole document is void, and why: cancelled (from the first version since which it has been, or since a person decided that
-- what vanished is to end), its money given back, credited or lost in a dispute in full, its payment taken back (until it is paid again), or it is owed
-- for another reason (rule.document_owed).
CREATE VIEW rule.document_void WITH (security_invoker = true) AS
SELECT d.tenant_id, d.document_id, least(c.cancelled_at, g.begun_at) AS cancelled_at, least(r.refunded_at, k.credited_at) AS refunded_at, p.unpaid_at,
       r.lost_at, x.lost_minor, k.original_id IS NOT NULL AS credited, o.disabled_at, o.overdue_at
  FROM rule.document_touched t
  JOIN ctok.document d ON d.tenant_id = t.tenant_id AND d.document_id = t.document_id
  LEFT JOIN LATERAL (
        SELECT min(v.modified_at) AS cancelled_at
          FROM ctok.document_version v
         WHERE v.tenant_id = d.tenant_id AND v.document_id = d.document_id AND v.status = 'cancelled'
           AND NOT EXISTS (SELECT 1 FROM ctok.document_version l
                            WHERE l.tenant_id = v.tenant_id AND l.document_id = v.document_id
                              AND l.version > v.version AND l.status <> 'cancelled')
       ) c ON d.status = 'cancelled'
  LEFT JOIN rule.document_dispute x ON x.tenant_id = d.tenant_id AND x.document_id = d.document_id AND x.lost_minor > 0
  LEFT JOIN LATERAL (
        -- What made it whole says when and why. (What was refunded and came back, because the refund failed, is not refunded.)
        SELECT max(y.effective_at) FILTER (WHERE y.why = 'refund') AS refunded_at, max(y.effective_at) FILTER (WHERE y.why = 'dispute') AS lost_at
          FROM (SELECT b.why, b.effective_at
                  FROM rule.document_back b
                 WHERE b.tenant_id = d.tenant_id AND b.document_id = d.document_id
                   AND d.refunded_minor + coalesce(x.lost_minor, 0) >= greatest(d.total_minor, 1)
                   AND b.so_far >= greatest(d.total_minor, 1) AND b.so_far - b.amount_minor < greatest(d.total_minor, 1)
                 ORDER BY b.effective_at DESC
                 LIMIT 1) y
       ) r ON true
  LEFT JOIN rule.document_owed o ON o.tenant_id = d.tenant_id AND o.document_id = d.document_id
  LEFT JOIN rule.gone_decided g ON g.tenant_id = d.tenant_id AND g.document_id = d.document_id AND g.kind = 'end'
  LEFT JOIN rule.document_credit k ON k.tenant_id = d.tenant_id AND k.original_id = d.document_id
  LEFT JOIN LATERAL (
        SELECT max(m.effective_at) AS unpaid_at
          FROM ctok.movement m
         WHERE m.tenant_id = d.tenant_id AND m.document_id = d.document_id AND m.kind = 'adjustment' AND m.amount_minor < 0
       ) p ON d.status = 'unpaid';

-- When the right that a unit gives ends before its time, and why: at the first moment at which something took it away, each NULL if it did not. A sale that
-- was taken back (cancelled, its money given back, a dispute lost) is that, whatever debt it had besides or before: only what is owed (its payment taken
-- back, its subscription ended, the rest of it overdue, its client disabled) may be made good, and ends as a term does. One whose payment was taken back paid
-- for nothing of what it was used before anything else ended it.
CREATE FUNCTION rule.unit_end(cancelled_at timestamptz, refunded_at timestamptz, unpaid_at timestamptz, lost_at timestamptz, ended_at timestamptz,
    overdue_at timestamptz DEFAULT NULL, disabled_at timestamptz DEFAULT NULL)
    RETURNS TABLE (revoked_at timestamptz, why text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
SELECT least(x.back_at, x.owed_at), CASE coalesce(x.back_at, unpaid_at, x.owed_at) WHEN cancelled_at THEN 'cancelled' WHEN lost_at THEN 'dispute'
                                         WHEN refunded_at THEN 'refund' WHEN unpaid_at THEN 'unpaid' WHEN ended_at THEN 'subscription'
                                         WHEN overdue_at THEN 'overdue' WHEN disabled_at THEN 'disabled' END
  FROM (SELECT least(cancelled_at, refunded_at, lost_at) AS back_at, least(unpaid_at, ended_at, overdue_at, disabled_at) AS owed_at) x
$$;

-- Units given back, with the moment and the reason. The unit of a one-unit document is given back when the refund reaches its net
-- price; a unit that refunds name, when these do, or a person says it; one that a credit note names, whatever its amount; and those that are left of a line,
-- when the money that notes give back on it without a quantity reaches their price. Less is goodwill.
CREATE VIEW rule.unit_void WITH (security_invoker = true) AS
SELECT u.tenant_id, u.unit_id, u.document_id, w.revoked_at, w.why
  FROM rule.document_void v
  JOIN ctok.document d ON d.tenant_id = v.tenant_id AND d.document_id = v.document_id
  JOIN ctok.unit u ON u.tenant_id = v.tenant_id AND u.document_id = v.document_id AND NOT u.gone
  LEFT JOIN LATERAL (
        -- Of a one-unit document refunds and lost disputes take the unit when they reach its price.
        SELECT max(y.effective_at) FILTER (WHERE y.why = 'refund') AS refunded_at, max(y.effective_at) FILTER (WHERE y.why = 'dispute') AS lost_at
          FROM (SELECT b.why, b.effective_at
                  FROM rule.document_back b
                 WHERE b.tenant_id = u.tenant_id AND b.document_id = u.document_id
                   AND d.refunded_minor + coalesce(v.lost_minor, 0) >= greatest(u.net_minor, 1)
                   AND b.so_far >= greatest(u.net_minor, 1) AND b.so_far - b.amount_minor < greatest(u.net_minor, 1)
                   AND NOT EXISTS (SELECT 1 FROM ctok.unit s
                                    WHERE s.tenant_id = u.tenant_id AND s.document_id = u.document_id AND s.unit_id <> u.unit_id AND NOT s.gone)
                 ORDER BY b.effective_at DESC
                 LIMIT 1) y
       ) o ON true
  LEFT JOIN rule.unit_credit k ON k.tenant_id = u.tenant_id AND k.unit_id = u.unit_id
  LEFT JOIN LATERAL (
        SELECT greatest(min(y.effective_at), min(x.credited_at)) AS refunded_at
          FROM (SELECT sum(s.net_minor) FILTER (WHERE c.unit_id IS NULL) AS left_minor, max(c.effective_at) AS credited_at
                  FROM ctok.unit s
                  LEFT JOIN rule.unit_credit c ON c.tenant_id = s.tenant_id AND c.unit_id = s.unit_id AND c.original_id = s.document_id
                 WHERE s.tenant_id = u.tenant_id AND s.document_id = u.document_id AND s.line_no = u.line_no AND NOT s.gone) x
          JOIN rule.line_goodwill y ON y.tenant_id = u.tenant_id AND y.original_id = u.document_id AND y.original_line = u.line_no
                                   AND y.so_far >= x.left_minor AND y.so_far > 0
         WHERE v.credited
       ) m ON k.unit_id IS NULL
  LEFT JOIN rule.line_ended e ON e.tenant_id = u.tenant_id AND e.document_id = u.document_id AND e.line_no = u.line_no
  LEFT JOIN LATERAL (
        SELECT min(y.effective_at) AS refunded_at
          FROM (SELECT m.effective_at, sum(-m.amount_minor) OVER (ORDER BY m.effective_at, m.movement_id) AS so_far
                  FROM ctok.movement m
                 WHERE m.tenant_id = u.tenant_id AND m.document_id = u.document_id AND m.unit_id = u.unit_id AND m.kind = 'refund'
                   -- (A note's money names the unit that was its last seat then. Should seats have been added since, it is another one now.)
                   AND (m.note_id IS NULL OR m.note_id = k.document_id)) y
         WHERE y.so_far >= u.net_minor AND y.so_far > 0
       ) n ON d.refunded_minor > 0
  LEFT JOIN LATERAL (
        -- (What came back, because the refund failed, is not given back for that seat either.)
        SELECT min(q.about_at) FILTER (WHERE q.about <> 'dispute') AS refunded_at, min(q.about_at) FILTER (WHERE q.about = 'dispute') AS lost_at
          FROM rule.seat_decided q
         WHERE q.tenant_id = u.tenant_id AND q.unit_id = u.unit_id
           AND q.about_minor <= CASE q.about WHEN 'refund' THEN d.refunded_minor WHEN 'dispute' THEN v.lost_minor
                                             ELSE (SELECT c.loose_minor FROM rule.document_credit c
                                                    WHERE c.tenant_id = u.tenant_id AND c.original_id = u.document_id) END
       ) q ON true
 CROSS JOIN LATERAL rule.unit_end(v.cancelled_at, least(v.refunded_at, o.refunded_at, n.refunded_at, k.effective_at, m.refunded_at, q.refunded_at), v.unpaid_at,
                                  least(v.lost_at, o.lost_at, q.lost_at), e.ended_at, v.overdue_at, v.disabled_at) w
 WHERE w.revoked_at IS NOT NULL;
