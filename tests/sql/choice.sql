-- Which rule a product, or a line of one, falls under (10_product), over a small shop. A rule is called by its kind and pattern; each product by what it shows.
CREATE TEMP TABLE law (name text, kind text, pattern text, asks jsonb DEFAULT '{}', gone boolean DEFAULT false);
INSERT INTO law (name, kind, pattern) VALUES
('variant', 'variant', 'V1'), ('variant*', 'variant', 'V*'), ('sku', 'sku', 'S1'), ('sku*', 'sku', 'S*'), ('product', 'product', 'P1'), ('product*', 'product', 'P*'),
('name', 'name', 'N1'), ('name*', 'name', 'N*'), ('twice', 'sku', 'TWO'), ('twice again', 'sku', 'TWO'), ('two*', 'sku', 'D*'), ('*two', 'sku', '*D'), ('nothing', 'sku', ''), ('anything', 'product', '*');
INSERT INTO law VALUES ('gone', 'sku', 'GONE', '{}', true), ('gone*', 'sku', 'GO*', '{}', true),
('es', 'sku', 'LANG', '{"lang": "es"}', false), ('es*', 'sku', 'LANG', '{"lang": "e*", "level": ""}', false), ('rest', 'sku', 'LANG', '{}', false), ('wide', 'sku', 'LAN*', '{"lang": "*"}', false),
('pair', 'sku', 'PAIR', '{"lang": "es"}', false), ('pair again', 'sku', 'PAIR', '{"lang": "e*"}', false), ('only', 'sku', 'ONLY', '{"lang": "es"}', false);
-- Variant, SKU, product and name; what is chosen, of how many, and whether fields are asked for.
CREATE TEMP TABLE article (name text, variant text, sku text, product text, called text, said text);
INSERT INTO article VALUES
('a variant before all',               'V1', 'S1', 'P1', 'N1', 'variant 1 f'),
('a pattern of the variant before a SKU', 'V2', 'S1', 'P1', 'N1', 'variant* 1 f'),
('a SKU before a product',             '',   'S1', 'P1', 'N1', 'sku 1 f'),
('a pattern of the SKU before a product', '', 'S2', 'P1', 'N1', 'sku* 1 f'),
('a product before a name',            '',   'X',  'P1', 'N1', 'product 1 f'),
('a longer pattern is no better',      '',   'X',  'P2', 'N1', '2 f'),
('a name',                             '',   'X',  '',   'N1', 'name 1 f'),
('a pattern of the name',              '',   'X',  '',   'N2', 'name* 1 f'),
('nothing fits, and what is empty fits nothing', '', '', '', 'Y', '0 f'),
('called as the pattern is',            '',   'S*', '',   '',   'sku* 1 f'),
('two for one',                        '',   'TWO', '',  '',   '2 f'),
('two patterns for one',               '',   'DD', '',   '',   '2 f'),
('its rule is gone',                   '',   'GONE', '', '',   '0 f'),
('some ask for a field',               '',   'LANG', '', '',   'rest 1 t'),
('all ask for a field',                '',   'PAIR', '', '',   '0 t'),
('one asks for a field',               '',   'ONLY', '', '',   '0 t');
-- Lines of them: the fields of the line and of the document; what is chosen, and of how many.
CREATE TEMP TABLE bought (name text, sku text, of_line jsonb, of_document jsonb, said text);
INSERT INTO bought VALUES
('in Spanish',                  'LANG', '{"lang": "ES"}', '{}', 'es* 1'),
('in Spanish, at a level',      'LANG', '{"lang": "es", "level": "1"}', '{}', 'es 1'),
('in English',                  'LANG', '{"lang": "en"}', '{}', 'es* 1'),
('in French',                   'LANG', '{"lang": "fr"}', '{}', 'rest 1'),
('in no language',              'LANG', '{}', '{}', 'rest 1'),
('as the document says',        'LANG', '{"level": "1"}', '{"lang": "es"}', 'es 1'),
('as the line says, not the document', 'LANG', '{"lang": "es"}', '{"lang": "fr"}', 'es* 1'),
('what another line says',      'LANG', '{}', '{}', 'rest 1'),
('as the line says',            'LANG', '{"lang": "fr"}', '{"lang": "es"}', 'rest 1'),
('one of two rules for it',     'PAIR', '{"lang": "en"}', '{}', 'pair again 1'),
('two rules for it',            'PAIR', '{"lang": "es"}', '{}', '2'),
('no rule for it',              'ONLY', '{"lang": "fr"}', '{}', NULL),
('the rule for it',             'ONLY', '{"lang": "es"}', '{}', 'only 1'),
('of what asks for no field',   'S1',   '{"lang": "es"}', '{}', NULL);
INSERT INTO ctok.source (tenant_id, name, kind, role) SELECT ctok.current_tenant(), 'choice', 'csv', 'sale';
INSERT INTO ctok.site (tenant_id, name, url) SELECT ctok.current_tenant(), 'choice', 'https://choice.test';
CREATE TEMP TABLE stall AS SELECT s.tenant_id, s.source_id, i.site_id FROM ctok.source s, ctok.site i WHERE s.name = 'choice' AND i.name = 'choice';
INSERT INTO ctok.product_rule (tenant_id, digest, source_id, match_kind, pattern, site_id, role, notice_days, delivery, learner, on_expiry, on_refund, renews, certificate, exclude, gone, asks)
SELECT s.tenant_id, 'choice ' || r.name, s.source_id, r.kind, r.pattern, s.site_id, 'student', 3, 'direct', 'form', 'suspend', 'suspend', false, '', false, r.gone, r.asks FROM law r, stall s;
INSERT INTO ctok.product (tenant_id, source_id, variant_key, sku, product_key, name) SELECT s.tenant_id, s.source_id, a.variant, a.sku, a.product, a.called FROM article a, stall s;
INSERT INTO ctok.document (tenant_id, source_id, external_id, number, kind, version, effective_at, modified_at, known_at, changed_at, status, currency, total_minor, subtotal_minor,
                           discount_minor, tax_minor, shipping_minor, refunded_minor, unallocated_minor, tax_included)
SELECT s.tenant_id, s.source_id, b.name, b.name, 'order', 1, rule.now(), rule.now(), rule.now(), rule.now(), 'paid', 'EUR', 100, 100, 0, 0, 0, 0, 0, true FROM bought b, stall s;
CREATE TEMP TABLE cart AS SELECT b.*, d.tenant_id, d.document_id FROM bought b JOIN ctok.document d ON d.external_id = b.name JOIN stall s ON s.source_id = d.source_id;
INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, product_id, quantity, unit_price_minor, net_minor)
SELECT c.tenant_id, c.document_id, 1, '1', p.product_id, 1, 100, 100 FROM cart c JOIN stall s ON true JOIN ctok.product p ON p.source_id = s.source_id AND p.sku = c.sku AND (c.sku <> 'S1' OR p.variant_key = 'V1');
INSERT INTO ctok.kept_field (tenant_id, document_id, line_no, name, value)
SELECT c.tenant_id, c.document_id, f.line_no, e.key, e.value FROM cart c CROSS JOIN LATERAL (VALUES (1, c.of_line), (0, c.of_document)) f (line_no, fields) CROSS JOIN LATERAL jsonb_each_text(f.fields) e
UNION ALL SELECT c.tenant_id, c.document_id, 2, 'lang', 'es' FROM cart c WHERE c.name = 'what another line says';
-- A tenant all of whose rules ask for a field.
INSERT INTO ctok.tenant (name, timezone, currency, locale) VALUES ('asking', 'UTC', 'EUR', 'en');
CREATE FUNCTION pg_temp.among_the_asking(what text) RETURNS text LANGUAGE plpgsql AS
$$ DECLARE here text := current_setting('ctok.tenant'); said text; BEGIN
    PERFORM set_config('ctok.tenant', (SELECT tenant_id::text FROM ctok.tenant WHERE name = 'asking'), true);
    EXECUTE what INTO said;
    PERFORM set_config('ctok.tenant', here, true);
    RETURN said;
END $$;
SELECT pg_temp.among_the_asking($$
    WITH s AS (INSERT INTO ctok.source (tenant_id, name, kind, role) SELECT ctok.current_tenant(), 'asking', 'csv', 'sale' RETURNING tenant_id, source_id),
    r AS (INSERT INTO ctok.product_rule (tenant_id, digest, source_id, match_kind, pattern, role, notice_days, delivery, learner, on_expiry, on_refund, renews, certificate, exclude, gone, asks)
          SELECT tenant_id, 'asking', source_id, 'sku', 'A', '', 3, 'direct', 'form', 'suspend', 'suspend', false, '', true, false, '{"lang": "es"}' FROM s),
    p AS (INSERT INTO ctok.product (tenant_id, source_id, product_key, variant_key, sku, name) SELECT tenant_id, source_id, '', '', 'A', '' FROM s RETURNING tenant_id, product_id),
    l AS (INSERT INTO ctok.line (tenant_id, document_id, line_no, line_key, product_id, quantity, unit_price_minor, net_minor) SELECT tenant_id, 1, 1, '1', product_id, 1, 1, 1 FROM p RETURNING tenant_id),
    f AS (INSERT INTO ctok.kept_field (tenant_id, document_id, line_no, name, value) SELECT tenant_id, 1, 1, 'lang', 'es' FROM l)
    SELECT 'done' $$);

CREATE TEMP VIEW judged AS
SELECT 'where all rules ask' AS name, x.found, '1' AS expected, x.found = '1' AS right_so FROM (SELECT pg_temp.among_the_asking('SELECT count(*) FROM rule.line_choice') AS found) x
UNION ALL
SELECT a.name, concat_ws(' ', replace(r.digest, 'choice ', ''), c.rules, left(c.asked::text, 1)), a.said,
       concat_ws(' ', replace(r.digest, 'choice ', ''), c.rules, left(c.asked::text, 1)) = a.said
  FROM article a
  JOIN stall s ON true
  JOIN ctok.product p ON p.source_id = s.source_id AND (p.variant_key, p.sku, p.product_key, p.name) = (a.variant, a.sku, a.product, a.called)
  LEFT JOIN rule.product_choice c ON c.product_id = p.product_id
  LEFT JOIN ctok.product_rule r ON r.rule_id = c.rule_id
UNION ALL
SELECT b.name, f.found, b.said, f.found IS NOT DISTINCT FROM b.said
  FROM cart b
  LEFT JOIN (SELECT c.document_id, concat_ws(' ', replace(r.digest, 'choice ', ''), c.rules) AS found FROM rule.line_choice c LEFT JOIN ctok.product_rule r ON r.rule_id = c.rule_id) f ON f.document_id = b.document_id
UNION ALL
SELECT c.what, c.found::text, c.expected::text, c.found = c.expected
  FROM (VALUES ('only * is special in a pattern', 'a\b%c_d' LIKE rule.like_pattern('a\b%c_d'), true), ('an underscore is no other letter', 'axb' LIKE rule.like_pattern('a_b'), false),
               ('a per cent sign is no other text', 'axxb' LIKE rule.like_pattern('a%b'), false), ('a star is any text', 'axxb' LIKE rule.like_pattern('a*b'), true),
               ('a field that says nothing is like nothing', rule.field_fits(NULL, ''), true), ('and like nothing else', rule.field_fits(NULL, '*'), false),
               ('neither is an empty one', rule.field_fits('', '*'), false), ('a field in any case of letters', rule.field_fits('Es', 'eS'), true)) c (what, found, expected);
