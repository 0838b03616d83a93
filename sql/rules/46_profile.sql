-- What accounts say, and what they should say (docs/architecture.md, "Accounts").

-- Moodle wants two names and sources often have one. The last word is the family name, as in most of the scripts that write blanks between
-- names; a single word stands as first name, and the dash says that there is no other. Who has no name is called by the address.
CREATE FUNCTION rule.first_name(name text, email text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN btrim(name) = '' THEN split_part(email, '@', 1) ELSE btrim(regexp_replace(btrim(name), ' +[^ ]+$', '')) END;
CREATE FUNCTION rule.last_name(name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN strpos(btrim(name), ' ') = 0 THEN '-' ELSE regexp_replace(btrim(name), '^.* ', '') END;

-- A whole name, to be compared: blanks aside, accents written in one way. (Which word is first name and which is last, nobody can tell.)
CREATE FUNCTION rule.whole_name(name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN btrim(regexp_replace(normalize(name, NFC), '\s+', ' ', 'g'));

-- What a user name is made of: the address, what stands before its @, or the name, without accents and marks. The client makes of it what Moodle
-- takes, and puts an ordinal behind where it is taken.
CREATE FUNCTION rule.username_stem(made_of text, name text, email text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE made_of
        WHEN 'local' THEN split_part(email, '@', 1)
        -- A name in letters that Moodle does not take, like Ἀλέξανδρος, leaves nothing.
        WHEN 'name' THEN coalesce(nullif(btrim(regexp_replace(regexp_replace(lower(regexp_replace(normalize(name, NFD), '[\u0300-\u036f''’]', '', 'g')),
                                                                            '[^a-z0-9]+', '.', 'g'), '\.{2,}', '.', 'g'), '.'), ''), split_part(email, '@', 1))
        ELSE email END;

-- What accounts say, field by field, as update_account writes it. What they do not say is not here.
CREATE VIEW rule.account_says WITH (security_invoker = true) AS
SELECT u.tenant_id, u.site_id, u.user_id, f.field, f.value
  FROM ctok.mirror_user u
 CROSS JOIN LATERAL (
        VALUES ('firstname', u.firstname), ('lastname', u.lastname), ('email', u.email), ('idnumber', u.idnumber), ('phone1', u.phone1),
               ('institution', u.institution), ('department', u.department), ('city', u.city), ('country', u.country), ('lang', u.lang)
        UNION ALL
        SELECT 'profile_field_' || o.key, o.value FROM jsonb_each_text(u.fields) AS o
       ) AS f(field, value);

-- Which address of a person the newest sale names.
CREATE VIEW rule.said_address WITH (security_invoker = true) AS
SELECT e.tenant_id, e.person_id, c.email, d.modified_at, d.document_id
  FROM ctok.entitlement e
  JOIN ctok.document d ON d.tenant_id = e.tenant_id AND d.document_id = e.document_id
  JOIN ctok.line l ON l.tenant_id = d.tenant_id AND l.document_id = d.document_id AND NOT l.gone
  JOIN ctok.contact c ON c.tenant_id = l.tenant_id AND c.contact_id = coalesce(l.learner_contact_id, d.buyer_contact_id) AND c.email <> ''
  JOIN ctok.person_contact k ON k.tenant_id = c.tenant_id AND k.contact_id = c.contact_id AND k.person_id = e.person_id;

-- What sales say of their learners in a field that is kept: of the line, or else of the whole document.
CREATE VIEW rule.said_field WITH (security_invoker = true) AS
SELECT e.tenant_id, e.person_id, f.name, f.value, f.line_no, d.modified_at, d.document_id
  FROM ctok.entitlement e
  JOIN ctok.document d ON d.tenant_id = e.tenant_id AND d.document_id = e.document_id
  JOIN ctok.line l ON l.tenant_id = d.tenant_id AND l.document_id = d.document_id AND NOT l.gone
  JOIN ctok.person_contact k ON k.tenant_id = l.tenant_id AND k.contact_id = coalesce(l.learner_contact_id, d.buyer_contact_id) AND k.person_id = e.person_id
  JOIN ctok.kept_field f ON f.tenant_id = d.tenant_id AND f.document_id = d.document_id AND f.line_no IN (0, l.line_no);

-- Accounts that may say something else than they should. Nearly all say what they should: these are left out at a glance.
CREATE VIEW rule.account_glance WITH (security_invoker = true) AS
SELECT k.tenant_id, k.site_id, k.person_id, k.user_id
  FROM ctok.account k
  JOIN ctok.site s ON s.tenant_id = k.tenant_id AND s.site_id = k.site_id
  JOIN ctok.mirror_user u ON u.tenant_id = k.tenant_id AND u.site_id = k.site_id AND u.user_id = k.user_id AND NOT u.suspended
  JOIN ctok.person p ON p.tenant_id = k.tenant_id AND p.person_id = k.person_id
 WHERE s.names <> 'moodle' AND p.display_name NOT IN (u.firstname || ' ' || u.lastname, u.firstname)
    OR s.emails <> 'moodle' AND u.email_key <> p.email OR s.emails = 'source'
    OR EXISTS (SELECT 1 FROM ctok.site_field m WHERE m.tenant_id = s.tenant_id AND m.site_id = s.site_id);

-- Fields of accounts that should say something else, with what a person or the plan must know. `about`: 'name', 'email', 'field'. Accounts that are
-- not touched are not here: protected ones, staff of some course, suspended ones, and those of which it is not known whose they are; nor those of
-- people who have no access on the site any more. Who goes by a name that may be another human's keeps the one that Moodle has.
CREATE VIEW rule.account_gap WITH (security_invoker = true) AS
SELECT k.tenant_id, k.site_id, k.person_id, k.user_id, w.about, w.policy, w.field, w.is_value, w.said_value,
       NOT EXISTS (SELECT 1 FROM ctok.access a
                    WHERE a.tenant_id = k.tenant_id AND a.person_id = k.person_id AND a.site_id = k.site_id AND NOT a.trial
                      AND a.state IN ('pending', 'active', 'held', 'grace')) AS trial
  FROM rule.account_glance k
  JOIN ctok.site s ON s.tenant_id = k.tenant_id AND s.site_id = k.site_id
  JOIN ctok.mirror_user u ON u.tenant_id = k.tenant_id AND u.site_id = k.site_id AND u.user_id = k.user_id
  JOIN ctok.person p ON p.tenant_id = k.tenant_id AND p.person_id = k.person_id
 CROSS JOIN LATERAL (
        -- "source" is to the letter. Else words may stand in another order and without accents, and some may be left out: only another name is told.
        SELECT 'name' AS about, s.names AS policy, n.field, n.is_value, n.said_value
          FROM (VALUES ('firstname', u.firstname, rule.first_name(p.display_name, p.email)),
                       ('lastname', u.lastname, rule.last_name(p.display_name))) AS n(field, is_value, said_value)
         WHERE s.names <> 'moodle' AND p.display_name <> '' AND n.is_value <> n.said_value
           AND rule.whole_name(coalesce(rule.moodle_name(u.firstname, u.lastname), '')) <> rule.whole_name(p.display_name)
           AND CASE s.names WHEN 'report' THEN NOT rule.same_name(u.firstname || ' ' || u.lastname, p.display_name)
                            -- A sale that knows no family name takes none away.
                            ELSE strpos(btrim(p.display_name), ' ') > 0 OR u.lastname = '-' END
           AND NOT EXISTS (SELECT 1 FROM rule.doubted_name d WHERE d.tenant_id = p.tenant_id AND d.person_id = p.person_id)
        UNION ALL
        -- An address that the person is known by is right enough, unless the newest sale is to be followed.
        SELECT 'email', s.emails, 'email', u.email, coalesce(n.email, p.email)
          FROM (SELECT 1) one
          LEFT JOIN LATERAL (SELECT a.email FROM rule.said_address a
                              WHERE s.emails = 'source' AND a.tenant_id = p.tenant_id AND a.person_id = p.person_id
                              ORDER BY a.modified_at DESC, a.document_id DESC LIMIT 1) n ON true
         WHERE s.emails <> 'moodle' AND u.email_key <> coalesce(n.email, p.email)
           AND (s.emails = 'source'
                OR NOT EXISTS (SELECT 1 FROM ctok.person_email e WHERE e.tenant_id = p.tenant_id AND e.person_id = p.person_id AND e.email = u.email_key))
        UNION ALL
        SELECT 'field', m.policy, m.field, coalesce(i.value, ''), n.value
          FROM ctok.site_field m
         CROSS JOIN LATERAL (SELECT f.value FROM rule.said_field f
                              WHERE f.tenant_id = p.tenant_id AND f.person_id = p.person_id AND f.name = m.said_as AND f.value <> ''
                              ORDER BY f.modified_at DESC, f.document_id DESC, f.line_no DESC LIMIT 1) n
          LEFT JOIN rule.account_says i ON i.tenant_id = u.tenant_id AND i.site_id = u.site_id AND i.user_id = u.user_id AND i.field = m.field
         WHERE m.tenant_id = s.tenant_id AND m.site_id = s.site_id AND n.value <> coalesce(i.value, '')
       ) w
 WHERE EXISTS (SELECT 1 FROM ctok.access a
                WHERE a.tenant_id = k.tenant_id AND a.person_id = k.person_id AND a.site_id = k.site_id AND a.state IN ('pending', 'active', 'held', 'grace'))
   AND NOT EXISTS (SELECT 1 FROM ctok.protected_account a
                    WHERE a.tenant_id = u.tenant_id AND a.site_id = u.site_id AND a.name IN (u.username, u.email_key))
   AND NOT EXISTS (SELECT 1 FROM rule.staff_row f WHERE f.tenant_id = k.tenant_id AND f.site_id = k.site_id AND f.user_id = k.user_id)
   AND NOT EXISTS (SELECT 1 FROM rule.doubtful_account x WHERE x.tenant_id = k.tenant_id AND x.site_id = k.site_id AND x.person_id = k.person_id);

-- What an action changes of an account, as people read it: the values it found, or those it makes.
CREATE FUNCTION rule.changed_words(tenant bigint, action bigint, afterwards boolean) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT string_agg(c.field || ' "' || CASE WHEN afterwards THEN c.after_value ELSE c.before_value END || '"', ', ' ORDER BY c.field)
              FROM ctok.account_change c
             WHERE c.tenant_id = tenant AND c.action_id = action);
