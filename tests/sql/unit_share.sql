-- What each unit of a line gets of its net (rule.unit_share): every net of -50…50 over 1…12 units is exact, no two differ by more than one, and the lower
-- numbers never have less. (A sum and a spread that are so say all.)
CREATE TEMP VIEW judged AS
SELECT n.net, q.units, x.shares, x.total = n.net AND x.shares[1] - x.shares[q.units] IN (0, 1) AND x.shares = x.falling AS right_so
  FROM generate_series(-50, 50) AS n (net)
 CROSS JOIN generate_series(1, 12) AS q (units)
 CROSS JOIN LATERAL (SELECT array_agg(s.share ORDER BY s.unit_no) AS shares, array_agg(s.share ORDER BY s.share DESC) AS falling, sum(s.share) AS total
                       FROM (SELECT i.unit_no, rule.unit_share(n.net, q.units, i.unit_no) AS share FROM generate_series(1, q.units) AS i (unit_no)) s) x;
