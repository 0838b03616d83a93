-- Of those that are left, each that is the nearest to the other: one that bears the payout's id comes first, then the same amount, then the nearest day.
-- What this takes may be nearest to others, too, so it is asked again until nothing is found.
INSERT INTO payout_link (tenant_id, payout_id, entry_id)
SELECT x.tenant_id, x.payout_id, x.entry_id
  FROM (SELECT p.tenant_id, p.payout_id, p.entry_id,
               row_number() OVER (PARTITION BY p.tenant_id, p.payout_id ORDER BY NOT p.named, NOT p.same, p.away, p.entry_id) AS of_payout,
               row_number() OVER (PARTITION BY p.tenant_id, p.entry_id ORDER BY NOT p.named, NOT p.same, p.away, p.payout_id) AS of_entry
          FROM payout_pair p
         WHERE NOT EXISTS (SELECT 1 FROM payout_link l WHERE l.payout_id = p.payout_id)
           AND NOT EXISTS (SELECT 1 FROM payout_link l WHERE l.entry_id = p.entry_id)) x
 WHERE x.of_payout = 1 AND x.of_entry = 1
