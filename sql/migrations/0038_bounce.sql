-- Mail that came back after a mail server had taken it. Written by lib/outbox.

-- What a server said of one of our mails, each message of a Maildir once. `failed` is a finding until it is settled: dropped by hand. `proof`:
-- the address that it came to, which only we can make, or the Message-ID that it gave back.
CREATE TABLE ctok.mail_bounce (
    tenant_id  bigint NOT NULL REFERENCES ctok.tenant,
    bounce_id  bigint GENERATED ALWAYS AS IDENTITY,
    mail_id    bigint NOT NULL,
    digest     bytea NOT NULL,                  -- SHA-256 of the message
    kind       text NOT NULL CHECK (kind IN ('failed', 'delayed')),
    form       text NOT NULL CHECK (form IN ('report', 'text')),
    proof      text NOT NULL CHECK (proof IN ('envelope', 'message_id')),
    status     text NOT NULL,                   -- '5.1.1'; '' if it did not say
    words      text NOT NULL,                   -- the server's, addresses taken out
    known_at   timestamptz NOT NULL,
    run_id     bigint NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (tenant_id, bounce_id),
    UNIQUE (tenant_id, mail_id, digest),
    FOREIGN KEY (tenant_id, mail_id) REFERENCES ctok.outbox
);
SELECT ctok.protect('ctok.mail_bounce');
REVOKE DELETE ON ctok.mail_bounce FROM ctok_program;

-- What told that there is nobody by that address.
ALTER TABLE ctok.mail_suppression ADD COLUMN bounce_id bigint;

-- By what a message gives back a mail is found.
CREATE INDEX outbox_message ON ctok.outbox (tenant_id, message_id) WHERE message_id IS NOT NULL;
