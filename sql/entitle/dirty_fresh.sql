INSERT INTO dirty_pair
SELECT DISTINCT person_id, target_id FROM fresh_entitlement
ON CONFLICT DO NOTHING
