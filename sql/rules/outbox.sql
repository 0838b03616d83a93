-- What the outbox remembers of a recipient for ever. The event is part of it: hashes of one person's mails do not show that they
-- belong together. ASCII lower case only, so that the result depends on no locale.
CREATE OR REPLACE FUNCTION ctok.mail_recipient_hash(tenant_id bigint, event text, recipient text) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(tenant_id::text || E'\n' || event || E'\n' || lower(recipient COLLATE "C"), 'UTF8'))
$$;
