-- Payouts that are another movement at the bank than before, or none.
DELETE FROM ctok.payout_bank b
 WHERE NOT EXISTS (SELECT 1 FROM payout_link l WHERE l.tenant_id = b.tenant_id AND l.payout_id = b.payout_id AND l.entry_id = b.entry_id)
