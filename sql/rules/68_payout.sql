-- What payouts are made of.

-- Entries with the payout that they belong to: the one in whose list they stand. Three kinds move a balance without standing in any list: what
-- is held back and let go, fees for card readers, and payouts that failed and came back. They belong to the first payout that could include them.
CREATE VIEW rule.payout_part WITH (security_invoker = true) AS
SELECT e.tenant_id, e.source_id, e.entry_id, coalesce(e.payout_key, n.external_id) AS payout_key, e.payout_key IS NULL AS hidden, e.category, e.type,
       e.amount_minor, e.fee_minor, e.currency, e.available_at
  FROM ctok.payout_entry e
  LEFT JOIN LATERAL (
        SELECT p.external_id
          FROM ctok.payout p
         -- (Asked in here, so that what stands in a list looks for none.)
         WHERE e.payout_key IS NULL AND e.category IN ('reserve', 'reader_fee', 'failed_payout')
           AND p.tenant_id = e.tenant_id AND p.source_id = e.source_id AND p.currency = e.currency AND p.listed AND p.created_at >= e.available_at
         ORDER BY p.created_at, p.payout_id
         LIMIT 1
       ) n ON true
 WHERE e.category <> 'payout';

-- Each payout from what was charged down to what the bank got. The residual is what nothing explains: 0, or a finding. NULL: the provider does
-- not say what is in a payout that was made by hand.
CREATE VIEW rule.payout_bridge WITH (security_invoker = true) AS
SELECT p.tenant_id, p.payout_id, p.source_id, p.external_id, p.status, p.listed, p.currency, p.created_at, p.arrival_at, x.*, p.amount_minor,
       CASE WHEN p.listed THEN p.amount_minor - (x.charge_minor + x.refund_minor + x.dispute_minor + x.fee_minor + x.reserve_minor + x.reader_minor
                                                 + x.failed_minor + x.other_minor) END AS residual_minor
  FROM ctok.payout p
  LEFT JOIN (SELECT e.tenant_id AS part_tenant_id, e.source_id AS part_source_id, e.payout_key, count(*) AS entries, count(*) FILTER (WHERE e.hidden) AS hidden,
                    sum(e.amount_minor) FILTER (WHERE e.category = 'charge') AS charges, sum(e.amount_minor) FILTER (WHERE e.category = 'refund') AS refunds,
                    sum(e.amount_minor) FILTER (WHERE e.category = 'dispute') AS disputes,
                    -- The fee of every entry, and entries that are fees.
                    coalesce(sum(e.amount_minor) FILTER (WHERE e.category = 'fee'), 0) - sum(e.fee_minor) AS fees,
                    sum(e.amount_minor) FILTER (WHERE e.category = 'reserve') AS reserves, sum(e.amount_minor) FILTER (WHERE e.category = 'reader_fee') AS readers,
                    sum(e.amount_minor) FILTER (WHERE e.category = 'failed_payout') AS failed, sum(e.amount_minor) FILTER (WHERE e.category = 'other') AS others
               FROM rule.payout_part e
              WHERE e.payout_key IS NOT NULL
              GROUP BY e.tenant_id, e.source_id, e.payout_key) s
         ON s.part_tenant_id = p.tenant_id AND s.part_source_id = p.source_id AND s.payout_key = p.external_id
 CROSS JOIN LATERAL (
        SELECT coalesce(s.entries, 0)::bigint AS entries, coalesce(s.hidden, 0)::bigint AS hidden, coalesce(s.charges, 0)::bigint AS charge_minor,
               coalesce(s.refunds, 0)::bigint AS refund_minor, coalesce(s.disputes, 0)::bigint AS dispute_minor, coalesce(s.fees, 0)::bigint AS fee_minor,
               coalesce(s.reserves, 0)::bigint AS reserve_minor, coalesce(s.readers, 0)::bigint AS reader_minor,
               coalesce(s.failed, 0)::bigint AS failed_minor, coalesce(s.others, 0)::bigint AS other_minor
       ) x;
