-- One at a time decides. A statement of its own, so that the next one sees what it waited for.
SELECT pg_advisory_xact_lock(hashtextextended('ctok decision', ctok.current_tenant()))
