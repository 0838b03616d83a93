-- A document that came twice in the same version: a page was repeated, and another one may have been lost for it.
SELECT number, count(*) AS times
  FROM sale_document
 GROUP BY external_id, modified_at, number
HAVING count(*) > 1
 LIMIT 1
