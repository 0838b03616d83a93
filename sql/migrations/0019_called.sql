-- What is not to be asked for a while is what was called, not all that lives on its host.

-- `called`: a host and port, for what could not be reached at all; else an address, and whose account there.
ALTER TABLE ctok.http_breaker RENAME COLUMN host TO called;
DELETE FROM ctok.http_breaker;
