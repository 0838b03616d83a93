-- The controls as they stand, made into a table of their own: what is inserted directly is not reckoned in parallel.
CREATE TEMP TABLE control_seen ON COMMIT DROP AS SELECT * FROM rule.control_now
