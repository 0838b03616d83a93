-- Who has the night, and does the holder's session still live? A session of another login role shows
-- only its application's name. The row is locked until the transaction ends.
SELECT l.fence, l.night_id, l.program, l.host, l.pid, extract(epoch FROM l.taken_at)::bigint AS taken_utc,
    l.night_id IS NOT NULL AND EXISTS (
        SELECT FROM pg_stat_activity a WHERE a.pid = l.backend_pid AND coalesce(a.backend_start = l.backend_start, a.application_name = l.program)
    ) AS alive
FROM ctok.run_lock l
FOR UPDATE OF l
