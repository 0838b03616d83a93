SELECT count(*) AS held FROM ctok.outbox WHERE held_why <> '' AND state IN ('queued', 'deferred', 'doubt')
