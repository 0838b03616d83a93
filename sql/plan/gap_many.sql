-- Where Moodle differs from what is wanted for the dirty pairs, judged once: so many that all are swept.
CREATE TEMP TABLE gap_now ON COMMIT DROP AS
SELECT g.*
  FROM dirty_pair p
  JOIN (SELECT * FROM rule.access_gap OFFSET 0) g ON g.person_id = p.person_id AND g.target_id = p.target_id
