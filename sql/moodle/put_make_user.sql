-- Accounts made or found in Moodle.
CREATE TEMP TABLE put_user (
    user_id   bigint NOT NULL,
    username  text NOT NULL,
    email     text NOT NULL,
    email_key text NOT NULL,
    firstname text NOT NULL,
    lastname  text NOT NULL,
    suspended boolean NOT NULL
) ON COMMIT DROP
