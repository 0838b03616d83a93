-- Sign the lock as the night ($1) that was just begun.
UPDATE ctok.run_lock l
SET night_id = n.night_id, program = n.program, host = n.host, pid = n.pid, now_at = n.now_at, taken_at = n.begun_at,
    backend_pid = pg_backend_pid(),
    backend_start = (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())
FROM ctok.night n
WHERE n.night_id = $1::bigint AND l.fence = n.fence
