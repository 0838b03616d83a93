-- The breaker of host or address $1.
SELECT failures, coalesce(extract(epoch FROM open_until)::bigint, 0) AS open_until_utc
FROM ctok.http_breaker
WHERE called = $1
