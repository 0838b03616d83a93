-- Each pair once.
CREATE TEMP TABLE dirty_once ON COMMIT DROP AS
SELECT DISTINCT person_id, target_id FROM dirty_pair
