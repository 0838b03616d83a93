-- Keep the breaker of host $1: $2 failures in a row, open until $3 (seconds since 1970, 0 for never).
INSERT INTO ctok.http_breaker (host, failures, open_until)
VALUES ($1, $2::integer, to_timestamp(nullif($3::bigint, 0)))
ON CONFLICT (host) DO UPDATE SET failures = excluded.failures, open_until = excluded.open_until
