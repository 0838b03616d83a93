/* A part of the list: $7 by what (id, date, modified), $8 asc or desc, $9 so many from $10 on. */
SELECT doc FROM woo.found($1, $2, $3, $4, $5, $6::boolean) o
 ORDER BY CASE WHEN $8 = 'asc' AND $7 = 'date' THEN o.created WHEN $8 = 'asc' AND $7 = 'modified' THEN o.modified END,
       CASE WHEN $8 = 'desc' AND $7 = 'date' THEN o.created WHEN $8 = 'desc' AND $7 = 'modified' THEN o.modified END DESC,
       CASE WHEN $8 = 'asc' THEN o.id END, CASE WHEN $8 = 'desc' THEN o.id END DESC
 LIMIT $9::bigint OFFSET $10::bigint
