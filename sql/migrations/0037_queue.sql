-- What people say about mails in the outbox, and addresses that get none. Written by lib/outbox.

-- An address that is never mailed, or a person, at whatever address, from `since_at` until it is lifted. Mail that is due to either waits and is
-- a finding. `bounce`: the mail server of that address said that there is nobody by that name.
CREATE TABLE ctok.mail_suppression (
    tenant_id      bigint NOT NULL REFERENCES ctok.tenant,
    suppression_id bigint GENERATED ALWAYS AS IDENTITY,
    address        text,                        -- normalised; personal data
    person_id      bigint,
    origin         text NOT NULL CHECK (origin IN ('hand', 'bounce')),
    who_name       text NOT NULL,               -- of whoever answers for it; '' with `bounce`
    reason         text NOT NULL,
    since_at       timestamptz NOT NULL,
    lifted_at      timestamptz,
    lifted_who     text,
    lifted_reason  text,
    PRIMARY KEY (tenant_id, suppression_id),
    CHECK ((address IS NULL) <> (person_id IS NULL)),
    CHECK ((lifted_at IS NULL) = (lifted_who IS NULL) AND (lifted_at IS NULL) = (lifted_reason IS NULL))
);
CREATE UNIQUE INDEX mail_suppression_address ON ctok.mail_suppression (tenant_id, address) WHERE lifted_at IS NULL;
CREATE UNIQUE INDEX mail_suppression_person ON ctok.mail_suppression (tenant_id, person_id) WHERE lifted_at IS NULL;
SELECT ctok.protect('ctok.mail_suppression');
REVOKE DELETE ON ctok.mail_suppression FROM ctok_program;

-- Who decided what about which mail: to try it again, or never to send it (it is `withdrawn` then).
CREATE TABLE ctok.mail_word (
    tenant_id bigint NOT NULL REFERENCES ctok.tenant,
    word_id   bigint GENERATED ALWAYS AS IDENTITY,
    mail_id   bigint NOT NULL,
    what      text NOT NULL CHECK (what IN ('retry', 'drop')),
    who_name  text NOT NULL,                    -- of whoever answers for it
    reason    text NOT NULL,
    said_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, word_id),
    FOREIGN KEY (tenant_id, mail_id) REFERENCES ctok.outbox
);
CREATE INDEX mail_word_mail ON ctok.mail_word (tenant_id, mail_id);
SELECT ctok.protect('ctok.mail_word');
REVOKE UPDATE, DELETE ON ctok.mail_word FROM ctok_program;

-- Whether a suppressed address has mail: the few that are not sent.
CREATE INDEX outbox_recipient ON ctok.outbox (tenant_id, lower(recipient)) WHERE recipient IS NOT NULL;
