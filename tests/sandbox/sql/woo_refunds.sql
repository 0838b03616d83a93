/* The refunds of order $1, $2 asc or desc, $3 so many from $4 on, each with how many there are. */
SELECT doc, count(*) OVER () FROM woo.refunds WHERE order_id = $1::bigint
 ORDER BY CASE WHEN $2 = 'asc' THEN id END, CASE WHEN $2 = 'desc' THEN id END DESC LIMIT $3::bigint OFFSET $4::bigint
