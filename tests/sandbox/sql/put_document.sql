INSERT INTO shop.documents (id, modified_on, order_id, doc)
SELECT d ->> 'id', (d ->> 'modifiedOn')::timestamptz, d ->> 'salesOrderId', d::text FROM (SELECT $1::json AS d) x
ON CONFLICT (id) DO UPDATE SET modified_on = excluded.modified_on, order_id = excluded.order_id, doc = excluded.doc
