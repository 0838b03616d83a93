-- What the dirty pairs add up to now: so many that all are reckoned in one sweep.
CREATE TEMP TABLE access_wanted ON COMMIT DROP AS
SELECT n.*
  FROM dirty_pair p
  JOIN (SELECT * FROM rule.access_now OFFSET 0) n ON n.person_id = p.person_id AND n.target_id = p.target_id
