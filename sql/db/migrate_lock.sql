-- One program changes the schema at a time; the number is arbitrary, but always this one.
SELECT pg_advisory_xact_lock(4711, 1)
