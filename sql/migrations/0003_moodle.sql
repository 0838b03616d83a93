-- The mirror: our copy of Moodle. Written by lib/moodle/mirror.c, and by apply for the after-image of an action that was done.
-- Moments of enrolments are kept as Moodle keeps them: seconds since 1970, 0 for "none". NULL: this read level cannot tell.

CREATE TABLE ctok.mirror_course (
    tenant_id  bigint NOT NULL,
    site_id    bigint NOT NULL,
    course_id  bigint NOT NULL,
    shortname  text NOT NULL,
    idnumber   text NOT NULL,
    fullname   text NOT NULL,
    visible    boolean NOT NULL,
    completion boolean NOT NULL,               -- enablecompletion
    manual     boolean NOT NULL,               -- the manual method is there and enabled
    PRIMARY KEY (tenant_id, site_id, course_id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site
);
SELECT ctok.protect('ctok.mirror_course');

-- Accounts that are not deleted. Personal data. At levels 2 and 3 only those met in a listing or a look-up.
CREATE TABLE ctok.mirror_user (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    user_id   bigint NOT NULL,
    username  text NOT NULL,
    email     text NOT NULL,                   -- as on file
    email_key text NOT NULL,                   -- normalised, to compare; '' when it is no address
    firstname text NOT NULL,
    lastname  text NOT NULL,
    suspended boolean NOT NULL,                -- the whole account
    PRIMARY KEY (tenant_id, site_id, user_id)
);
CREATE INDEX mirror_user_email ON ctok.mirror_user (tenant_id, site_id, email_key);
SELECT ctok.protect('ctok.mirror_user');

-- An e-mail that was looked up and belongs to nobody (count 0), so that an account may be made; or to several.
CREATE TABLE ctok.mirror_lookup (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    contact_id bigint NOT NULL,                -- whose e-mail it was
    accounts  integer NOT NULL,
    PRIMARY KEY (tenant_id, site_id, contact_id)
);
SELECT ctok.protect('ctok.mirror_lookup');

-- One row per user, course and method. `active`: gives access now, by Moodle's own rule.
CREATE TABLE ctok.mirror_enrolment (
    tenant_id   bigint NOT NULL,
    site_id     bigint NOT NULL,
    course_id   bigint NOT NULL,
    user_id     bigint NOT NULL,
    method      text NOT NULL,                 -- 'manual', 'self', …; '?' when the read level cannot tell (level 3)
    active      boolean NOT NULL,
    status      smallint,                      -- 0 active, 1 suspended
    time_start  bigint,
    time_end    bigint,
    time_created bigint,
    roles       text NOT NULL,                 -- short names in the course, sorted, joined by ','
    read_level  smallint NOT NULL CHECK (read_level BETWEEN 1 AND 3),
    PRIMARY KEY (tenant_id, site_id, course_id, user_id, method)
);
CREATE INDEX mirror_enrolment_user ON ctok.mirror_enrolment (tenant_id, site_id, user_id);
SELECT ctok.protect('ctok.mirror_enrolment');

CREATE TABLE ctok.mirror_completion (
    tenant_id    bigint NOT NULL,
    site_id      bigint NOT NULL,
    course_id    bigint NOT NULL,
    user_id      bigint NOT NULL,
    completed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, site_id, course_id, user_id)
);
SELECT ctok.protect('ctok.mirror_completion');

-- One reading of a site.
CREATE TABLE ctok.site_pull (
    tenant_id  bigint NOT NULL,
    pull_id    bigint GENERATED ALWAYS AS IDENTITY,
    site_id    bigint NOT NULL,
    run_id     bigint NOT NULL,
    read_level smallint NOT NULL,
    begun_at   timestamptz NOT NULL,
    ended_at   timestamptz,
    complete   boolean NOT NULL DEFAULT false,
    courses    bigint NOT NULL DEFAULT 0,
    users      bigint NOT NULL DEFAULT 0,
    enrolments bigint NOT NULL DEFAULT 0,
    completions bigint NOT NULL DEFAULT 0,
    changed    bigint NOT NULL DEFAULT 0,
    failure    text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, pull_id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site
);
SELECT ctok.protect('ctok.site_pull');

CREATE TABLE ctok.site_state (
    tenant_id        bigint NOT NULL,
    site_id          bigint NOT NULL,
    release          text NOT NULL,            -- of Moodle
    identity         text NOT NULL,            -- what makes it this site; a plan made for another one is refused
    read_level       smallint NOT NULL,
    student_role_id  bigint NOT NULL,
    last_complete_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, site_id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site
);
SELECT ctok.protect('ctok.site_state');

-- What moved since the last reconcile, which empties these: accounts (new, renamed, gone, suspended, looked up) and courses of
-- users (enrolment or completion new, changed or gone).
CREATE TABLE ctok.dirty_user (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    user_id   bigint NOT NULL,
    PRIMARY KEY (tenant_id, site_id, user_id)
);
SELECT ctok.protect('ctok.dirty_user');

CREATE TABLE ctok.dirty_access (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    user_id   bigint NOT NULL,
    course_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, site_id, user_id, course_id)
);
SELECT ctok.protect('ctok.dirty_access');

-- A course that appeared, vanished, was renamed or had its manual method or completion switched.
CREATE TABLE ctok.dirty_course (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    course_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, site_id, course_id)
);
SELECT ctok.protect('ctok.dirty_course');
