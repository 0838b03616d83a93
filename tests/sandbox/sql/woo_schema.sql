/* WooCommerce. Orders and refunds are kept as the text that is served; what is asked for stands beside it, in UTC. The site's zone is
 * Europe/Madrid: without `dates_are_gmt` a date of a filter is meant in it. */
CREATE SCHEMA woo;
CREATE TABLE woo.orders (id bigint PRIMARY KEY, status text NOT NULL, created timestamp NOT NULL, modified timestamp NOT NULL, doc text NOT NULL);
CREATE TABLE woo.refunds (id bigint PRIMARY KEY, order_id bigint NOT NULL, doc text NOT NULL);

/* Add documents or replace them by their new versions: orders, and refunds with the id of their order. */
CREATE FUNCTION woo.put_orders(docs json) RETURNS void LANGUAGE sql AS $$
	INSERT INTO woo.orders (id, status, created, modified, doc)
	SELECT (d ->> 'id')::bigint, d ->> 'status', (d ->> 'date_created_gmt')::timestamp, (d ->> 'date_modified_gmt')::timestamp, d::text
	  FROM json_array_elements(CASE json_typeof(docs) WHEN 'array' THEN docs ELSE json_build_array(docs) END) d
	ON CONFLICT (id) DO UPDATE SET status = excluded.status, created = excluded.created, modified = excluded.modified, doc = excluded.doc
$$;
CREATE FUNCTION woo.put_refunds(order_id bigint, docs json) RETURNS void LANGUAGE sql AS $$
	INSERT INTO woo.refunds (id, order_id, doc)
	SELECT (d ->> 'id')::bigint, put_refunds.order_id, d::text
	  FROM json_array_elements(CASE json_typeof(docs) WHEN 'array' THEN docs ELSE json_build_array(docs) END) d
	ON CONFLICT (id) DO UPDATE SET order_id = excluded.order_id, doc = excluded.doc
$$;

/* Change members of an order, as an edit in the shop does: its time of change moves with them. */
CREATE FUNCTION woo.edit(order_id bigint, moment timestamp, members jsonb) RETURNS void LANGUAGE sql AS $$
	SELECT woo.put_orders(CASE WHEN members = '{}' THEN touched::json ELSE (touched::jsonb || members)::json END)
	  FROM (SELECT regexp_replace(regexp_replace(doc, '("date_modified_gmt": *)"[^"]*"', '\1' || to_json(to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS'))::text),
	               '("date_modified": *)"[^"]*"', '\1' || to_json(to_char(moment AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Madrid', 'YYYY-MM-DD"T"HH24:MI:SS'))::text) AS touched
	          FROM woo.orders WHERE id = order_id) x
$$;

/* A time of a filter as UTC: in the site's own zone unless it is said to be UTC. */
CREATE FUNCTION woo.moment(value text, gmt boolean) RETURNS timestamp LANGUAGE sql STABLE
	RETURN CASE WHEN value = '' THEN NULL WHEN gmt THEN value::timestamp ELSE value::timestamp AT TIME ZONE 'Europe/Madrid' AT TIME ZONE 'UTC' END;

/* The orders that a list may show: of these statuses (any: not the trash), created and changed between moments, exclusive. */
CREATE FUNCTION woo.found(statuses text, after text, before text, modified_after text, modified_before text, gmt boolean) RETURNS SETOF woo.orders LANGUAGE sql STABLE AS $$
	SELECT * FROM woo.orders o
	 WHERE CASE WHEN 'any' = ANY (string_to_array(statuses, ',')) THEN o.status <> 'trash' ELSE o.status = ANY (string_to_array(statuses, ',')) END
	   AND (after = '' OR o.created > woo.moment(after, gmt)) AND (before = '' OR o.created < woo.moment(before, gmt))
	   AND (modified_after = '' OR o.modified > woo.moment(modified_after, gmt)) AND (modified_before = '' OR o.modified < woo.moment(modified_before, gmt))
$$;
