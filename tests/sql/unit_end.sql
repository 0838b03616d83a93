-- When and why a unit's right ends (rule.unit_end): the moment is the first of all; a sale that was taken back is that, whatever was owed besides; and what
-- is not paid for is that, although its subscription ended before.
CREATE TEMP VIEW judged AS
WITH moment (at) AS (VALUES (NULL::timestamptz), ('2026-05-01'), ('2026-05-02'), ('2026-05-03'))
SELECT c.*, e.*, f.*, (e.revoked_at, e.why) IS NOT DISTINCT FROM (f.first_at, f.reason) AS right_so
  FROM moment a (cancelled_at), moment b (refunded_at), moment u (unpaid_at), moment l (lost_at), moment s (ended_at), moment w (overdue_at),
       moment y (disabled_at)
 CROSS JOIN LATERAL (SELECT a.cancelled_at, b.refunded_at, u.unpaid_at, l.lost_at, s.ended_at, w.overdue_at, y.disabled_at) c
 CROSS JOIN LATERAL rule.unit_end(c.cancelled_at, c.refunded_at, c.unpaid_at, c.lost_at, c.ended_at, c.overdue_at, c.disabled_at) e
 CROSS JOIN LATERAL (SELECT min(v.at) AS first_at,
                            (array_agg(v.name ORDER BY v.debt, CASE v.name WHEN 'unpaid' THEN '-infinity' ELSE v.at END, v.place) FILTER (WHERE v.at IS NOT NULL))[1] AS reason
                       FROM (VALUES (false, 1, 'cancelled', c.cancelled_at), (false, 2, 'dispute', c.lost_at), (false, 3, 'refund', c.refunded_at),
                                    (true, 4, 'unpaid', c.unpaid_at), (true, 5, 'subscription', c.ended_at),
                                    (true, 6, 'overdue', c.overdue_at), (true, 7, 'disabled', c.disabled_at)) v (debt, place, name, at)) f;
