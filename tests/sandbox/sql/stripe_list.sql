/* A page of list $1 in mode $2 by filters $3: $5 rows behind the one with id $4 (NULL: from the first); the second column says whether more follow. */
WITH found AS MATERIALIZED (
    SELECT * FROM stripe.found($1, $2::boolean, $3::jsonb)
), rest AS (
    SELECT * FROM found WHERE at > coalesce((SELECT f.at FROM found f WHERE f.id = $4::text), 0)
)
SELECT stripe.show(r.doc), (SELECT count(*) FROM rest) > $5::bigint FROM rest r ORDER BY r.at LIMIT $5::bigint
