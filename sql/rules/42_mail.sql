-- What mails to learners ask the tenant and the site.

-- Does the tenant's configuration want this mail?
CREATE FUNCTION rule.wants_mail(mail text) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce((SELECT mail = ANY (t.mails) FROM ctok.tenant t WHERE t.tenant_id = ctok.current_tenant()), false);

-- A page of a site; NULL if the site's address could not be linked to.
CREATE FUNCTION rule.site_page(site_url text, page text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN site_url COLLATE "C" ~ '^https?://[!#-;=?-Z_a-z~]+$' OR site_url COLLATE "C" ~ '^https?://\[[0-9a-fA-F:.]+\][!#-;=?-Z_a-z~]*$'
                THEN site_url || page END;

-- Where a course is, and where whoever has no password, or has forgotten it, gets one.
CREATE FUNCTION rule.course_url(site_url text, course_id bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN rule.site_page(site_url, '/course/view.php?id=' || course_id);
CREATE FUNCTION rule.password_url(site_url text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN rule.site_page(site_url, '/login/forgot_password.php');

-- The last day on which something that ends at a moment is still there, as facts of mails write days; NULL for what has no end.
CREATE FUNCTION rule.last_day(ends_at timestamptz, zone text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN isfinite(ends_at) THEN to_char((ends_at - interval '1 second') AT TIME ZONE zone, 'YYYY-MM-DD') END;

-- What mails that are not about a debt are called in the outbox: about an access ('welcome:7.12', 'held:7.12.34', 'expiry:7.12.2026-08-03.14'), and about an
-- action that opened one again ('restored:a4711').
CREATE FUNCTION rule.access_event(kind text, person_id bigint, target_id bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN kind || ':' || person_id || '.' || target_id;

-- The course, and the action, that an event of the outbox is about; NULL for others.
CREATE FUNCTION rule.event_target(event text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN substring(event FROM '^(?:welcome|expiry|held):[0-9]+\.([0-9]+)')::bigint;
CREATE FUNCTION rule.event_action(event text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN substring(event FROM '^(?:ended|restored):a([0-9]+)$')::bigint;
