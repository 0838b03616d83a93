/* Add an order or replace it by its new version. */
INSERT INTO shop.orders (id, modified_on, status, customer, doc)
SELECT d ->> 'id', (d ->> 'modifiedOn')::timestamptz, coalesce(d ->> 'fulfillmentStatus', 'PENDING'), d ->> 'customerId', d::text FROM (SELECT $1::json AS d) x
ON CONFLICT (id) DO UPDATE SET modified_on = excluded.modified_on, status = excluded.status, customer = excluded.customer, doc = excluded.doc
