-- `--full`: every pair.
INSERT INTO dirty_pair
SELECT DISTINCT e.person_id, e.target_id FROM ctok.entitlement e
ON CONFLICT DO NOTHING
