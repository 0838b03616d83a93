/* The page of resource $1 by filters $2 in the order $3: $4 rows (0: all) from row $5. */
SELECT fs.show(f.doc)
FROM fs.found($1, $2::jsonb, $3::jsonb) f
WHERE f.place > $5::bigint AND ($4::bigint = 0 OR f.place <= $5::bigint + $4::bigint)
ORDER BY f.place
