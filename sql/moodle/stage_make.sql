-- What one reading of a site brings, before it counts. Left over from a failed reading: away with it.
DROP TABLE IF EXISTS read_course, read_user, read_account, read_enrolment, read_completion, read_listing, read_active, read_report,
                     read_scope, read_lookup, read_field;
CREATE TEMP TABLE read_course (
    course_id  bigint NOT NULL,
    shortname  text NOT NULL,
    idnumber   text NOT NULL,
    fullname   text NOT NULL,
    visible    boolean NOT NULL,
    completion boolean NOT NULL,
    manual     boolean NOT NULL,
    welcome    boolean,                        -- level 1
    shown      text                            -- short name as the report shows it; levels 2 and 3
);
CREATE TEMP TABLE read_user (
    user_id   bigint NOT NULL,
    username  text NOT NULL,
    email     text NOT NULL,
    email_key text NOT NULL,
    firstname text NOT NULL,
    lastname  text NOT NULL,
    suspended boolean NOT NULL,
    idnumber  text NOT NULL DEFAULT '',
    auth      text,                            -- NULL, as below: this reading cannot tell, and what is known stays
    phone1    text NOT NULL DEFAULT '',
    phone2    text NOT NULL DEFAULT '',
    institution text NOT NULL DEFAULT '',
    department text NOT NULL DEFAULT '',
    city      text NOT NULL DEFAULT '',
    country   text NOT NULL DEFAULT '',
    lang      text,
    fields    jsonb
);
CREATE TEMP TABLE read_field (user_id bigint NOT NULL, fields jsonb NOT NULL);
-- Accounts read one by one, deleted ones too.
CREATE TEMP TABLE read_account (LIKE read_user INCLUDING DEFAULTS, deleted boolean NOT NULL);
CREATE TEMP TABLE read_enrolment (
    course_id    bigint NOT NULL,
    user_id      bigint NOT NULL,
    method       text NOT NULL,
    active       boolean NOT NULL,
    status       smallint,
    time_start   bigint,
    time_end     bigint,
    time_created bigint,
    roles        text NOT NULL
);
CREATE TEMP TABLE read_completion (
    course_id    bigint NOT NULL,
    user_id      bigint NOT NULL,
    completed_at timestamptz NOT NULL
);
-- Participants as listed; at level 3 their accounts are read apart, and listed once more by halves, the active ones and the others.
CREATE TEMP TABLE read_listing (
    course_id bigint NOT NULL,
    user_id   bigint NOT NULL,
    roles     text NOT NULL,
    username  text,
    email     text,
    email_key text,
    firstname text,
    lastname  text,
    idnumber  text,
    phone1    text,
    phone2    text,
    institution text,
    department text,
    city      text,
    country   text,
    fields    jsonb
);
CREATE TEMP TABLE read_active (course_id bigint NOT NULL, user_id bigint NOT NULL, active boolean NOT NULL);
-- Rows of the custom report; without user name: a method that is there but has no users.
CREATE TEMP TABLE read_report (
    shown             text NOT NULL,
    username          text,
    method            text NOT NULL,
    active            boolean NOT NULL,
    status            smallint NOT NULL,
    time_start        bigint NOT NULL,
    time_end          bigint NOT NULL,
    time_created      bigint NOT NULL,
    account_suspended boolean,
    completed         bigint NOT NULL
);
-- Courses whose participants are read.
CREATE TEMP TABLE read_scope (course_id bigint NOT NULL);
-- E-mails looked up, and how many accounts carry them.
CREATE TEMP TABLE read_lookup (email text NOT NULL, accounts integer NOT NULL);
