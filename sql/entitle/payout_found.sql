-- Payouts that are a movement at the bank now.
INSERT INTO ctok.payout_bank (tenant_id, payout_id, entry_id)
SELECT l.tenant_id, l.payout_id, l.entry_id
  FROM payout_link l
 WHERE NOT EXISTS (SELECT 1 FROM ctok.payout_bank b WHERE b.tenant_id = l.tenant_id AND b.payout_id = l.payout_id)
 ORDER BY l.payout_id
