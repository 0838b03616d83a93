INSERT INTO shop.products (id, modified_on, type, doc)
SELECT d ->> 'id', (d ->> 'modifiedOn')::timestamptz, d ->> 'type', d::text FROM (SELECT $1::json AS d) x
ON CONFLICT (id) DO UPDATE SET modified_on = excluded.modified_on, type = excluded.type, doc = excluded.doc
