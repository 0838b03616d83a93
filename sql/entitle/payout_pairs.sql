-- Payouts and the movements at the bank that may be them, and which are one so far.
CREATE TEMP TABLE payout_pair ON COMMIT DROP AS
SELECT tenant_id, payout_id, entry_id, named, same, away FROM rule.payout_candidate;
ANALYZE payout_pair;
CREATE TEMP TABLE payout_link (tenant_id bigint, payout_id bigint, entry_id bigint) ON COMMIT DROP
