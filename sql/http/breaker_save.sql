-- Keep the breaker of host or address $1: $2 failures in a row, open until $3 (seconds since 1970, 0 for never).
INSERT INTO ctok.http_breaker (called, failures, open_until)
VALUES ($1, $2::integer, to_timestamp(nullif($3::bigint, 0)))
ON CONFLICT (called) DO UPDATE SET failures = excluded.failures, open_until = excluded.open_until
