-- One transaction at a time adds to the tenant's chain. A statement of its own, so that the next one sees what it waited for.
SELECT pg_advisory_xact_lock(hashtextextended('ctok audit', ctok.current_tenant()))
