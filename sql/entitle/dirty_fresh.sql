INSERT INTO dirty_pair
SELECT person_id, target_id FROM fresh_entitlement
