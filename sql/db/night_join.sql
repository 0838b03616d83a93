SELECT fence, extract(epoch FROM now_at)::bigint AS now_utc
FROM ctok.run_lock
WHERE night_id = $1::bigint
