-- How far learners are, of the courses that rules name and the accounts of people we know. Written by lib/moodle/progress.c. Nothing of it decides who has
-- access.

-- Activities that track completion, in the order in which the course shows them.
CREATE TABLE ctok.mirror_activity (
    tenant_id   bigint NOT NULL,
    site_id     bigint NOT NULL,
    course_id   bigint NOT NULL,
    activity_id bigint NOT NULL,               -- of its course module
    place       integer NOT NULL,              -- from 1
    kind        text NOT NULL,                 -- 'quiz', 'assign', …
    PRIMARY KEY (tenant_id, site_id, course_id, activity_id)
);
SELECT ctok.protect('ctok.mirror_activity');

-- A learner in a course. No row: never seen there.
CREATE TABLE ctok.mirror_progress (
    tenant_id   bigint NOT NULL,
    site_id     bigint NOT NULL,
    course_id   bigint NOT NULL,
    user_id     bigint NOT NULL,
    last_access bigint NOT NULL,               -- of this course, seconds since 1970; 0: never
    done        integer NOT NULL,              -- activities completed
    reached     bigint NOT NULL,               -- the last of them in the order of the course; 0: none
    grade       numeric(9, 2),                 -- course total in percent; NULL: not graded
    asked_at    timestamptz,                   -- levels 2 and 3: when the site was asked about this learner; NULL: it never was
    PRIMARY KEY (tenant_id, site_id, course_id, user_id)
);
SELECT ctok.protect('ctok.mirror_progress');

CREATE TABLE ctok.progress_state (
    tenant_id bigint NOT NULL,
    site_id   bigint NOT NULL,
    read_at   timestamptz,                     -- the last time that it could be read
    waiting   bigint NOT NULL DEFAULT 0,       -- learners who are left for the next nights
    failure   text NOT NULL DEFAULT '',        -- why it could not be read the last time
    PRIMARY KEY (tenant_id, site_id),
    FOREIGN KEY (tenant_id, site_id) REFERENCES ctok.site
);
SELECT ctok.protect('ctok.progress_state');
