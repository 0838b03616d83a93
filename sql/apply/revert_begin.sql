-- What a revert looks at, for the session: the actions of the run, and what Moodle shows of their enrolments now.
DROP TABLE IF EXISTS undo_item, undo_seen, undo_says;
CREATE TEMP TABLE undo_item (
    action_id    bigint PRIMARY KEY,
    part         text NOT NULL,                 -- 'run': of the run; 'undo': an earlier undoing of it that was cut off
    kind         text NOT NULL,
    state        text NOT NULL,
    site_id      bigint NOT NULL,
    person_id    bigint NOT NULL,
    target_id    bigint,
    course_id    bigint,
    user_id      bigint,
    role         text NOT NULL,
    undoes       bigint,
    bars         text,
    before_status smallint,
    before_start bigint,
    before_end   bigint,
    after_status smallint,
    after_start  bigint,
    after_end    bigint,
    ours_before  boolean,
    roles_before text,
    -- The judgement.
    verdict      text,
    was_status   smallint,                      -- as we left it
    was_start    bigint,
    was_end      bigint,
    undo_kind    text,
    undo_status  smallint,
    undo_start   bigint,
    undo_end     bigint,
    undo_ours    boolean,
    later_run    bigint                         -- of ours that changed it since
);
CREATE TEMP TABLE undo_seen (
    site_id      bigint NOT NULL,
    course_id    bigint NOT NULL,
    user_id      bigint NOT NULL,
    read_level   integer NOT NULL,
    present      boolean NOT NULL,
    active       boolean NOT NULL,
    status       bigint,
    time_start   bigint,
    time_end     bigint,
    time_created bigint,
    PRIMARY KEY (site_id, course_id, user_id)
);
-- What accounts say now, in the fields that the run changed; none of an account that the site does not show.
CREATE TEMP TABLE undo_says (
    action_id bigint NOT NULL,
    field     text NOT NULL,
    value     text NOT NULL,
    PRIMARY KEY (action_id, field)
)
