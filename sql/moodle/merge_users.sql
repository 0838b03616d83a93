-- Accounts: only what differs is written, and noted. What the reading cannot tell stays as it was.
WITH mirror AS (
    SELECT * FROM ctok.mirror_user WHERE tenant_id = ctok.current_tenant() AND site_id = $1
), change AS MATERIALIZED (
    SELECT coalesce(s.user_id, m.user_id) AS user_id, s.user_id IS NULL AS gone, m.user_id IS NULL AS fresh,
           s.username, s.email, s.email_key, s.firstname, s.lastname, s.suspended, s.idnumber, coalesce(s.auth, m.auth, '') AS auth, s.phone1, s.phone2, s.institution, s.department,
           s.city, s.country, coalesce(s.lang, m.lang, '') AS lang, coalesce(s.fields, '{}') AS fields
      FROM read_user s
      FULL JOIN mirror m ON m.user_id = s.user_id
     WHERE (s.user_id, s.username, s.email, s.email_key, s.firstname, s.lastname, s.suspended, s.idnumber, coalesce(s.auth, m.auth), s.phone1, s.phone2, s.institution, s.department,
            s.city, s.country, coalesce(s.lang, m.lang), coalesce(s.fields, '{}'))
           IS DISTINCT FROM (m.user_id, m.username, m.email, m.email_key, m.firstname, m.lastname, m.suspended, m.idnumber, m.auth, m.phone1, m.phone2, m.institution, m.department,
                             m.city, m.country, m.lang, m.fields)
), removed AS (
    DELETE FROM ctok.mirror_user m USING change c
     WHERE c.gone AND m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.user_id = c.user_id
), changed AS (
    UPDATE ctok.mirror_user m
       SET username = c.username, email = c.email, email_key = c.email_key, firstname = c.firstname, lastname = c.lastname,
           suspended = c.suspended, idnumber = c.idnumber, auth = c.auth, phone1 = c.phone1, phone2 = c.phone2, institution = c.institution, department = c.department, city = c.city, country = c.country,
           lang = c.lang, fields = c.fields
      FROM change c
     WHERE NOT c.gone AND NOT c.fresh AND m.tenant_id = ctok.current_tenant() AND m.site_id = $1 AND m.user_id = c.user_id
), added AS (
    INSERT INTO ctok.mirror_user (tenant_id, site_id, user_id, username, email, email_key, firstname, lastname, suspended, idnumber, auth, phone1, phone2, institution, department,
                                  city, country, lang, fields)
    SELECT ctok.current_tenant(), $1, user_id, username, email, email_key, firstname, lastname, suspended, idnumber, auth, phone1, phone2, institution, department, city,
           country, lang, fields
      FROM change
     WHERE fresh
     ORDER BY user_id
), noted AS (
    INSERT INTO ctok.dirty_user (tenant_id, site_id, user_id)
    SELECT ctok.current_tenant(), $1, user_id FROM change ORDER BY user_id
    ON CONFLICT DO NOTHING
)
SELECT count(*) AS changed FROM change
