-- By what documents of several sources are found to be one sale.

-- What the field ${field} of a link says: all of ${value}, or what the pattern's group takes of it; NULL: nothing.
CREATE FUNCTION rule.link_value(value text, pattern text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN nullif(CASE WHEN pattern = '' THEN value ELSE substring(value FROM pattern) END, '');

-- Everything that a document can be called by.
CREATE VIEW rule.document_field WITH (security_invoker = true) AS
SELECT d.tenant_id, d.document_id, d.source_id, v.name, v.value
  FROM ctok.document d
 CROSS JOIN LATERAL (VALUES ('id', d.external_id), ('number', d.number)) v (name, value)
 WHERE d.kind <> 'credit_note'
UNION ALL
SELECT d.tenant_id, d.document_id, d.source_id, f.name, f.value
  FROM ctok.document_reference f
  JOIN ctok.document d ON d.tenant_id = f.tenant_id AND d.document_id = f.document_id AND d.kind <> 'credit_note';

-- The keys of documents of which another source may know: the id of a payment at the provider, which means the same everywhere, and what links
-- of the configuration name. A key is a digest: what people wrote does not spread.
CREATE VIEW rule.document_key WITH (security_invoker = true) AS
SELECT DISTINCT k.tenant_id, k.document_id, md5(k.scope || '|' || k.value)::uuid AS key, k.source_id
  FROM (SELECT f.tenant_id, f.document_id, f.source_id, 'transaction' AS scope, f.value
          FROM rule.document_field f
         WHERE f.name = 'transaction'
           AND EXISTS (SELECT 1 FROM ctok.source_settles s WHERE s.tenant_id = f.tenant_id AND f.source_id IN (s.source_id, s.target_id))
        UNION ALL
        SELECT f.tenant_id, f.document_id, f.source_id, l.digest, rule.link_value(f.value, l.pattern)
          FROM ctok.link l
          JOIN rule.document_field f ON f.tenant_id = l.tenant_id AND f.source_id = l.from_source_id AND f.name = l.field
        UNION ALL
        SELECT f.tenant_id, f.document_id, f.source_id, l.digest, f.value
          FROM ctok.link l
          JOIN rule.document_field f ON f.tenant_id = l.tenant_id AND f.source_id = l.to_source_id AND f.name = l.by_field) k
 WHERE k.value <> '';
