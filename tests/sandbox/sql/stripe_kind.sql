/* Is $1 a list? Is $2 the list of an object's kind? May the key read it (NULL: no such kind)? */
SELECT EXISTS (SELECT FROM stripe.kind WHERE name = $1 AND name <> 'account')
    OR $1 ~ '^(invoices|credit_notes)/[^/]+/lines$' OR $1 ~ '^checkout/sessions/[^/]+/line_items$',
       EXISTS (SELECT FROM stripe.kind WHERE name = $2),
       (SELECT bool_and(allowed) FROM stripe.kind WHERE name IN ($1, $2))
