/* Resource $1: its key, whether the token may read it, which of the fields $2 it has not. */
SELECT r.key, r.allowed, (SELECT string_agg(f, ',') FROM unnest($2::text[]) f WHERE f <> ALL (r.columns))
FROM fs.resource r WHERE r.name = $1
