/* What a reader of the shop and of Moodle must find at $1 (seconds), days ending in zone $2. Money in minor units. */
WITH moment AS (
	SELECT to_timestamp($1::bigint) AS at
), u AS (
	SELECT x.* FROM moment, world.unit_at(moment.at) x
), a AS (
	SELECT x.* FROM moment, world.access_at(moment.at, $2) x
), sales AS (
	SELECT s.*, CASE WHEN s.test THEN 'test' WHEN s.unpaid THEN 'unpaid' WHEN s.cancelled_at <= moment.at THEN 'cancelled' ELSE 'paid' END AS status,
		CASE WHEN s.refunded_at <= moment.at THEN s.refunded ELSE 0 END AS back
	FROM world.sale s, moment WHERE s.at <= moment.at
), pairs AS (
	SELECT a.person, a.course, bool_or(a.starts_at <= moment.at AND a.ends_at > moment.at) AS active, max(a.ends_at) AS ends_at FROM a, moment GROUP BY 1, 2
)
SELECT jsonb_pretty(jsonb_build_object(
	'at', (SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM moment),
	'zone', $2::text,
	'orders', (SELECT jsonb_object_agg(status, n) FROM (SELECT status, count(*) AS n FROM sales GROUP BY status) x) || jsonb_build_object('all', (SELECT count(*) FROM sales)),
	'lines', (SELECT count(*) FROM world.line JOIN sales USING (sale)),
	'units', (SELECT count(*) FROM u),
	'money', (SELECT jsonb_object_agg(currency, jsonb_build_object('total', total, 'subtotal', subtotal, 'discount', discount, 'tax', tax, 'shipping', shipping,
			'refunded', back, 'charged', charged))
		FROM (SELECT currency, sum(total) AS total, sum(subtotal) AS subtotal, sum(discount) AS discount, sum(tax) AS tax, sum(shipping) AS shipping, sum(back) AS back,
			sum(total) FILTER (WHERE NOT test AND NOT unpaid) AS charged FROM sales GROUP BY currency) x),
	'units_by_class', (SELECT jsonb_object_agg(class, jsonb_build_object('units', n, 'net', net)) FROM (
		SELECT class, sum(n) AS n, jsonb_object_agg(currency, net) AS net FROM (SELECT class, currency, count(*) AS n, sum(net) AS net FROM u GROUP BY 1, 2) y GROUP BY 1) x),
	'refund_ambiguous_orders', (SELECT count(DISTINCT sale) FROM u WHERE ambiguous AND class NOT IN ('TEST_ORDER', 'NOT_PAID', 'CANCELLED')),
	'people', (SELECT count(DISTINCT person) FROM (SELECT buyer AS person FROM sales UNION SELECT learner FROM world.line JOIN sales USING (sale)) x WHERE person IS NOT NULL),
	'learners', (SELECT count(DISTINCT person) FROM u WHERE class = 'ACCESS'),
	'pairs', (SELECT count(*) FROM pairs),
	'pairs_active', (SELECT count(*) FROM pairs WHERE active),
	'pairs_over', (SELECT count(*) FROM pairs WHERE NOT active),
	'active_by_course', (SELECT jsonb_object_agg(course, n) FROM (SELECT course, count(*) AS n FROM pairs WHERE active GROUP BY 1) x),
	'active_without_account', (SELECT count(DISTINCT person) FROM pairs JOIN world.person p USING (person) WHERE active AND p.account = 0),
	'active_with_two_accounts', (SELECT count(DISTINCT person) FROM pairs JOIN world.person p USING (person) WHERE active AND p.account = 5),
	'active_suspended_account', (SELECT count(DISTINCT person) FROM pairs JOIN world.person p USING (person) WHERE active AND p.account = 4)))
