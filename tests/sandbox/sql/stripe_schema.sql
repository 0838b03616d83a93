/* Stripe. Objects of all kinds lie in one table, as the documents that are served; a kind is the path of its list. `filters` are what lists can
 * be asked for by. */
CREATE SCHEMA stripe;
CREATE TABLE stripe.kind (name text PRIMARY KEY, filters text[] NOT NULL, allowed boolean NOT NULL DEFAULT true);
INSERT INTO stripe.kind (name, filters) VALUES
('account', '{}'),
('subscriptions', '{customer,price,status,collection_method,created,current_period_start,current_period_end,test_clock}'),
('invoices', '{customer,subscription,status,collection_method,created,due_date}'),
('invoice_payments', '{invoice,payment,status,created}'),
('subscription_items', '{subscription}'),
('charges', '{customer,payment_intent,created}'),
('refunds', '{charge,payment_intent,created}'),
('checkout/sessions', '{customer,customer_details,payment_intent,subscription,payment_link,status,created}'),
('customers', '{email,created}'),
('events', '{type,types,created}'),
('credit_notes', '{invoice,customer,created}'),
('disputes', '{charge,payment_intent,created}'),
('balance_transactions', '{payout,source,type,created}'),
('payouts', '{status,created,arrival_date}');
CREATE TABLE stripe.object (kind text NOT NULL, id text NOT NULL, place bigserial, doc jsonb NOT NULL, PRIMARY KEY (kind, id));
INSERT INTO stripe.object (kind, id, doc) VALUES ('account', '', '{"id":"acct_sandbox1","object":"account","country":"US"}');

/* Add objects or change fields of those that are there. Fields that begin with an underscore are ours: not served. */
CREATE FUNCTION stripe.put(a_kind text, docs jsonb) RETURNS bigint LANGUAGE sql AS $$
    WITH done AS (
        INSERT INTO stripe.object (kind, id, doc)
        SELECT a_kind, d ->> 'id', d FROM jsonb_array_elements(CASE jsonb_typeof(docs) WHEN 'array' THEN docs ELSE jsonb_build_array(docs) END) d
        ON CONFLICT (kind, id) DO UPDATE SET doc = object.doc || excluded.doc
        RETURNING 1
    )
    SELECT count(*) FROM done
$$;

/* The first 10 rows of a sub-list come with their owner. */
CREATE FUNCTION stripe.cut(doc jsonb, name text) RETURNS jsonb LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN jsonb_array_length(doc #> ARRAY[name, 'data']) > 10
                THEN jsonb_set(jsonb_set(doc, ARRAY[name, 'data'], (SELECT jsonb_agg(e ORDER BY n) FROM jsonb_array_elements(doc #> ARRAY[name, 'data'])
                                                                     WITH ORDINALITY x (e, n) WHERE n <= 10)), ARRAY[name, 'has_more'], 'true')
                ELSE doc END;
CREATE FUNCTION stripe.show(doc jsonb) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN (SELECT jsonb_object_agg(key, value) FROM jsonb_each(stripe.cut(stripe.cut(doc, 'lines'), 'items')) WHERE key NOT LIKE '\_%')::text;

/* The rows of a list: objects of its kind, or those inside of others. */
CREATE FUNCTION stripe.rows(a_kind text) RETURNS TABLE (id text, place bigint, doc jsonb) LANGUAGE sql STABLE AS $$
    SELECT o.id, o.place, o.doc FROM stripe.object o WHERE o.kind = a_kind
    UNION ALL
    SELECT e ->> 'id', -x.n, e
      FROM stripe.object o, jsonb_array_elements(o.doc #> '{lines,data}') WITH ORDINALITY x (e, n)
     WHERE a_kind = o.kind || '/' || o.id || '/lines'
    UNION ALL
    SELECT e ->> 'id', -x.n, e || jsonb_build_object('subscription', o.id)
      FROM stripe.object o, jsonb_array_elements(o.doc #> '{items,data}') WITH ORDINALITY x (e, n)
     WHERE a_kind = 'subscription_items' AND o.kind = 'subscriptions'
    UNION ALL
    SELECT e ->> 'id', -x.n, e || jsonb_build_object('invoice', o.id)
      FROM stripe.object o, jsonb_array_elements(o.doc #> '{payments,data}') WITH ORDINALITY x (e, n)
     WHERE a_kind = 'invoice_payments' AND o.kind = 'invoices'
$$;

/* Does an object pass a filter [name, operator, value]? */
CREATE FUNCTION stripe.passes(a_kind text, doc jsonb, name text, operator text, value text) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN operator = 'gte' THEN (doc ->> name)::bigint >= value::bigint
                WHEN operator = 'gt' THEN (doc ->> name)::bigint > value::bigint
                WHEN operator = 'lte' THEN (doc ->> name)::bigint <= value::bigint
                WHEN operator = 'lt' THEN (doc ->> name)::bigint < value::bigint
                WHEN name = 'types' THEN doc ->> 'type' = value
                WHEN name = 'payout' THEN doc ->> '_payout' = value
                WHEN a_kind = 'subscriptions' AND name = 'status' AND value = 'all' THEN true
                WHEN a_kind = 'subscriptions' AND name = 'status' AND value = 'ended' THEN doc ->> 'status' IN ('canceled', 'incomplete_expired')
                ELSE coalesce(doc ->> name, doc #>> '{parent,subscription_details,subscription}') = value END;

CREATE FUNCTION stripe.found(a_kind text, live boolean, filters jsonb) RETURNS TABLE (at bigint, id text, doc jsonb) LANGUAGE sql STABLE AS $$
    SELECT row_number() OVER (ORDER BY (r.doc ->> 'created')::bigint DESC NULLS LAST, r.place DESC), r.id, r.doc
      FROM stripe.rows(a_kind) r
     WHERE coalesce((r.doc ->> 'livemode')::boolean, live) = live
       -- All filters of different names, any of those of the same (types).
       AND coalesce((SELECT bool_and(n.any) FROM (SELECT bool_or(coalesce(stripe.passes(a_kind, r.doc, f ->> 0, f ->> 1, f ->> 2), false)) AS any
                                                    FROM jsonb_array_elements(filters) f GROUP BY f ->> 0, f ->> 1) n), true)
       AND NOT r.doc ? '_hidden'
       -- Cancelled ones only for those who ask.
       AND NOT (a_kind = 'subscriptions' AND r.doc ->> 'status' IN ('canceled', 'incomplete_expired')
                AND NOT EXISTS (SELECT FROM jsonb_array_elements(filters) f WHERE f ->> 0 = 'status'))
       AND NOT (a_kind = 'subscriptions' AND r.doc ->> 'test_clock' IS NOT NULL)
$$;
