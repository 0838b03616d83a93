/* The people a unit of a line gives access to: the first unit's learner as the form or else the buyer says; the other units name nobody. */
CREATE VIEW world.unit AS
SELECT s.sale, l.line, u.unit, l.product, p.courses, p.term, p.grace_days, p.exclude, p.mapped, s.at, s.currency, s.test, s.unpaid, s.cancelled_at, s.refunded_at,
	s.refunded, s.total, s.shipping,
	CASE WHEN u.unit > 1 THEN NULL WHEN p.learner = 'buyer' THEN s.buyer ELSE coalesce(l.learner, s.buyer) END AS person,
	count(*) OVER (PARTITION BY s.sale) AS units_of_sale,
	/* Its share of what was charged for the lines, by line amount, largest remainder first, then the lowest line; then in equal parts. */
	n.net / l.quantity + CASE WHEN u.unit <= n.net % l.quantity THEN 1 ELSE 0 END AS net
FROM world.sale s
JOIN world.line l USING (sale)
JOIN world.product p USING (product)
JOIN (
	SELECT sale, line, whole + CASE WHEN row_number() OVER (PARTITION BY sale ORDER BY rest DESC, line) <= charged - sum(whole) OVER (PARTITION BY sale)
		THEN 1 ELSE 0 END AS net
	FROM (
		SELECT s.sale, l.line, s.total - s.shipping AS charged, (s.total - s.shipping) * l.amount / s.subtotal AS whole,
			(s.total - s.shipping) * l.amount % s.subtotal AS rest
		FROM world.sale s JOIN world.line l USING (sale)
	) x
) n ON n.sale = l.sale AND n.line = l.line
CROSS JOIN LATERAL generate_series(1, l.quantity) AS u (unit);

/* What a unit is at a moment. */
CREATE FUNCTION world.unit_at(moment timestamptz) RETURNS TABLE (sale bigint, line int, unit bigint, person bigint, courses text[], term interval, at timestamptz,
	net bigint, currency text, class text, ambiguous boolean) LANGUAGE sql STABLE AS $$
SELECT u.sale, u.line, u.unit, u.person, u.courses, u.term, u.at, u.net, u.currency, CASE
	WHEN u.test THEN 'TEST_ORDER'
	WHEN u.unpaid THEN 'NOT_PAID'
	WHEN u.exclude THEN 'NOT_A_COURSE'
	WHEN u.cancelled_at <= moment THEN 'CANCELLED'
	WHEN u.refunded_at <= moment AND (u.refunded >= u.total OR (u.units_of_sale = 1 AND u.refunded >= u.net)) THEN 'REFUNDED'
	WHEN NOT u.mapped THEN 'UNMAPPED_PRODUCT'
	WHEN u.person IS NULL THEN 'NO_LEARNER'
	ELSE 'ACCESS' END,
	u.refunded_at <= moment AND u.refunded < u.total AND u.units_of_sale > 1 AND u.refunded > 0
FROM world.unit u
WHERE u.at <= moment
$$;

/* Terms: a renewal starts at the later of its sale and the end so far, what one sale brings starts together, a term ends at the next midnight. */
CREATE FUNCTION world.access_at(moment timestamptz, zone text) RETURNS TABLE (person bigint, course text, sale bigint, starts_at timestamptz, ends_at timestamptz)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	r record;
	last_person bigint;
	last_course text;
	so_far timestamptz;
BEGIN
	FOR r IN
		SELECT u.person AS p, c AS k, u.sale AS s, min(u.at) AS sold, max(u.term) AS term, bool_or(u.term IS NULL) AS endless
		FROM world.unit_at(moment) u, unnest(u.courses) AS c WHERE u.class = 'ACCESS' GROUP BY 1, 2, 3 ORDER BY 1, 2, min(u.at), 3
	LOOP
		IF r.p IS DISTINCT FROM last_person OR r.k IS DISTINCT FROM last_course THEN
			so_far := '-infinity';
		END IF;
		person := r.p;
		course := r.k;
		sale := r.s;
		starts_at := greatest(r.sold, so_far);
		ends_at := CASE WHEN r.endless OR starts_at = 'infinity' THEN 'infinity'
			ELSE (((starts_at AT TIME ZONE zone) + r.term)::date + 1)::timestamp AT TIME ZONE zone END;
		so_far := greatest(so_far, ends_at);
		last_person := r.p;
		last_course := r.k;
		RETURN NEXT;
	END LOOP;
END
$$;
