/* A page and one row more of what changed from $1 until $2, $3 its order_id ('' any), after the row that changed at $4 with id $5; $6 newest first. */
SELECT id, modified_on, doc
FROM shop.documents
WHERE modified_on >= $1::timestamptz AND modified_on < $2::timestamptz AND ($3 = '' OR order_id = $3)
	AND ($4::timestamptz IS NULL OR CASE WHEN $6::boolean THEN (modified_on, id) < ($4::timestamptz, $5) ELSE (modified_on, id) > ($4::timestamptz, $5) END)
ORDER BY CASE WHEN $6::boolean THEN modified_on END DESC, CASE WHEN $6::boolean THEN id END DESC, modified_on, id
LIMIT 51
