-- Sites of the connection's tenant: names, addresses, how old a reading may be, whether accounts have passwords there, the role of
-- learners, who is right about names and addresses, what user names are made of, and the cohort of learners. Writes only what differs. Accounts of a site about which
-- somebody else is right by now are looked at again.
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::boolean[])
                  AS w (name, url, max_age_s, passwords, role, names, emails, usernames, cohort, make_cohorts)
), again AS (
    INSERT INTO ctok.dirty_user (tenant_id, site_id, user_id)
    SELECT k.tenant_id, k.site_id, k.user_id
      FROM wanted w
      JOIN ctok.site s ON s.name = w.name AND (s.names, s.emails) IS DISTINCT FROM (w.names, w.emails)
      JOIN ctok.account k ON k.tenant_id = s.tenant_id AND k.site_id = s.site_id
    ON CONFLICT DO NOTHING
), changed AS (
    UPDATE ctok.site s SET url = w.url, max_age_s = w.max_age_s, passwords = w.passwords, role = w.role, names = w.names, emails = w.emails,
                           usernames = w.usernames, cohort = w.cohort, make_cohorts = w.make_cohorts, gone = false
    FROM wanted w
    WHERE s.name = w.name AND (s.url, s.max_age_s, s.passwords, s.role, s.names, s.emails, s.usernames, s.cohort, s.make_cohorts, s.gone) IS DISTINCT FROM
                              (w.url, w.max_age_s, w.passwords, w.role, w.names, w.emails, w.usernames, w.cohort, w.make_cohorts, false)
), lost AS (
    UPDATE ctok.site s SET gone = true
    WHERE NOT s.gone AND NOT EXISTS (SELECT FROM wanted w WHERE w.name = s.name)
)
INSERT INTO ctok.site (tenant_id, name, url, max_age_s, passwords, role, names, emails, usernames, cohort, make_cohorts)
SELECT ctok.current_tenant(), name, url, max_age_s, passwords, role, names, emails, usernames, cohort, make_cohorts FROM wanted w
WHERE NOT EXISTS (SELECT FROM ctok.site s WHERE s.name = w.name)
