-- Names, as far as they tell one human from another.

-- The words of a name, each once and in order, without case, accents and marks: {ana,diaz} for "DÍAZ, Ana".
CREATE FUNCTION rule.name_words(name text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY(SELECT DISTINCT w
                   FROM regexp_split_to_table(lower(regexp_replace(normalize(name, NFD), '[\u0300-\u036f]', '', 'g')), '[[:space:][:punct:]]+') AS w
                  WHERE w <> ''
                  ORDER BY w);

-- May two names be one human's? Words may be left out, and stand in any order: "Ana Díaz" and "DIAZ LOPEZ, Ana" may.
CREATE FUNCTION rule.same_name(a text, b text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN rule.name_words(a) <@ rule.name_words(b) OR rule.name_words(b) <@ rule.name_words(a);

-- A name as Moodle keeps it, in two halves of which the second may be a mere dash (accounts must have one); NULL: it is empty.
CREATE FUNCTION rule.moodle_name(firstname text, lastname text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN nullif(trim(both ' ' FROM firstname || ' ' || CASE lastname WHEN '-' THEN '' ELSE lastname END), '');

-- Persons who go by another name than before, and nobody has said yet that they are the same human.
CREATE VIEW rule.doubted_name WITH (security_invoker = true) AS
SELECT DISTINCT n.tenant_id, n.person_id
  FROM ctok.name_doubt n
  JOIN ctok.contact c ON c.tenant_id = n.tenant_id AND c.contact_id = n.contact_id
  JOIN ctok.person p ON p.tenant_id = n.tenant_id AND p.person_id = n.person_id AND p.display_name = c.name
 WHERE n.settled_at IS NULL;
