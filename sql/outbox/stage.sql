-- Where other areas put the mails of their event, with set-based SQL of their own, before add_staged.sql takes them.
-- `facts` is an object of texts: dates as 'YYYY-MM-DD' in the tenant's zone.
CREATE TEMP TABLE mail_new (
    event           text NOT NULL,
    person_id       bigint,
    recipient       text NOT NULL,
    template        text NOT NULL,
    locale          text NOT NULL,
    facts           jsonb NOT NULL,
    attachment_path text,
    attachment_name text
) ON COMMIT DROP
