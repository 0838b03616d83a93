CREATE TEMP TABLE finding_seen ON COMMIT DROP AS SELECT * FROM rule.finding_now
