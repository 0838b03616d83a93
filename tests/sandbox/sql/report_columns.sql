/* Columns of report $1; the third says which of them sort it. */
SELECT uniqueidentifier, nullif(heading, ''),
	(SELECT string_agg(uniqueidentifier || CASE sortdirection WHEN 3 THEN ' DESC' ELSE '' END, ',' ORDER BY sortorder) FROM mdl_reportbuilder_column
		WHERE reportid = $1::bigint AND sortenabled = 1)
FROM mdl_reportbuilder_column
WHERE reportid = $1::bigint
ORDER BY columnorder
