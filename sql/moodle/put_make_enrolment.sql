-- After-images of enrolments written in Moodle.
CREATE TEMP TABLE put_enrolment (
    course_id  bigint NOT NULL,
    user_id    bigint NOT NULL,
    gone       boolean NOT NULL,
    status     smallint NOT NULL,
    time_start bigint NOT NULL,
    time_end   bigint NOT NULL,
    role       text NOT NULL
) ON COMMIT DROP
