-- Mail to send. Written by lib/outbox alone: other areas hand theirs over through outbox_add() and outbox_add_staged().

-- One mail to one recipient, enqueued in the transaction of the event that causes it, and sent at most once: the unique key on
-- event and recipient makes enqueuing repeatable for ever, also after the address is gone. Recipient and facts are personal
-- data that is here only while the mail is unsent (or refused: somebody must look at it); `sent` and `withdrawn` empty them.
--
--   queued    waits for its first try
--   sending   handed to the mail server, the answer is not recorded yet; found at the start of a run it becomes `doubt`
--   sent      accepted by the mail server (its final 250)
--   deferred  refused for now (4xx): tried again from next_try_at on, later each time
--   failed    refused for good (5xx, no usable address) or deferred too often
--   doubt     handed over, but the answer never came: sent again with the same Message-ID, and listed
--   withdrawn what it says was no longer so before it was sent
CREATE TABLE ctok.outbox (
    tenant_id       bigint NOT NULL REFERENCES ctok.tenant,
    mail_id         bigint GENERATED ALWAYS AS IDENTITY,
    event           text NOT NULL,              -- 'certificate:<issue_id>', 'grace:<episode_id>'
    person_id       bigint,                     -- NULL: not to a learner
    recipient       text,                       -- address; personal data
    recipient_hash  bytea NOT NULL,             -- ctok.mail_recipient_hash(): stays when the address goes
    template        text NOT NULL,              -- templates/mail/<locale>/<template>.{txt,html}
    locale          text NOT NULL,
    facts           jsonb NOT NULL,             -- values of the template's placeholders, all texts; personal data
    attachment_path text,                       -- relative to the state directory
    attachment_name text,                       -- as the recipient sees it; personal data
    message_id      text,                       -- made at the first try from recipient_hash and the sender's domain, then fixed
    state           text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'deferred', 'failed', 'doubt', 'withdrawn')),
    tries           integer NOT NULL DEFAULT 0, -- that ended with an answer about this mail, or in doubt
    doubts          integer NOT NULL DEFAULT 0, -- of them in doubt: the recipient may have it as many times more
    next_try_at     timestamptz NOT NULL,
    last_code       integer,                    -- of the mail server, 0 for our own refusal; NULL before the first try
    last_reply      text NOT NULL DEFAULT '',   -- addresses taken out
    queued_run      bigint NOT NULL,
    queued_at       timestamptz NOT NULL,
    sent_run        bigint,                     -- run of the newest try
    sent_at         timestamptz,                -- its night's now
    accepted_at     timestamptz,                -- the final 250
    PRIMARY KEY (tenant_id, mail_id),
    UNIQUE (tenant_id, event, recipient_hash),
    FOREIGN KEY (tenant_id, person_id) REFERENCES ctok.person,
    CHECK ((attachment_path IS NULL) = (attachment_name IS NULL) OR state IN ('sent', 'withdrawn')),
    CHECK ((state = 'sent') = (accepted_at IS NOT NULL)),
    CHECK ((state IN ('sent', 'withdrawn')) = (recipient IS NULL)),
    CHECK (recipient IS NOT NULL OR facts = '{}')
);
-- What a run takes, in its order: least tried first, so that one mail that always fails cannot keep the others waiting.
CREATE INDEX outbox_due ON ctok.outbox (tenant_id, tries, mail_id) WHERE state IN ('queued', 'sending', 'deferred', 'doubt');
CREATE INDEX outbox_person ON ctok.outbox (tenant_id, person_id);
SELECT ctok.protect('ctok.outbox');
