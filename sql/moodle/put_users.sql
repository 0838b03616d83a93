-- Accounts that were made or found: in the mirror at once, and no longer looked up as nobody's.
WITH written AS (
    INSERT INTO ctok.mirror_user (tenant_id, site_id, user_id, username, email, email_key, firstname, lastname, suspended)
    SELECT ctok.current_tenant(), $1::bigint, user_id, username, email, email_key, firstname, lastname, suspended FROM put_user
    ON CONFLICT (tenant_id, site_id, user_id) DO NOTHING
), forgotten AS (
    DELETE FROM ctok.mirror_lookup k
     USING ctok.contact c, put_user p
     WHERE k.tenant_id = ctok.current_tenant() AND k.site_id = $1::bigint AND c.tenant_id = k.tenant_id
       AND c.contact_id = k.contact_id AND c.email = p.email_key AND k.accounts = 0
)
INSERT INTO ctok.dirty_user (tenant_id, site_id, user_id)
SELECT ctok.current_tenant(), $1::bigint, user_id FROM put_user
ON CONFLICT DO NOTHING
