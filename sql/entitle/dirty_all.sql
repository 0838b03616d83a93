-- `--full`: every pair.
INSERT INTO dirty_pair
SELECT e.person_id, e.target_id FROM ctok.entitlement e
