-- What a reading of progress brings, before it counts. Left over from one that failed: away with it.
DROP TABLE IF EXISTS read_activity, read_progress, read_seen, read_asked, read_status, read_grade;
CREATE TEMP TABLE read_activity (course_id bigint NOT NULL, activity_id bigint NOT NULL, place integer NOT NULL, kind text NOT NULL);
CREATE TEMP TABLE read_progress (
    course_id   bigint NOT NULL,
    user_id     bigint NOT NULL,
    last_access bigint NOT NULL,
    done        integer NOT NULL,
    reached     bigint NOT NULL,
    grade       numeric(9, 2),
    asked_at    timestamptz
);
-- Levels 2 and 3: participants with their last access; who of them was asked about, and what the site said.
CREATE TEMP TABLE read_seen (course_id bigint NOT NULL, user_id bigint NOT NULL, last_access bigint NOT NULL);
CREATE TEMP TABLE read_asked (course_id bigint NOT NULL, user_id bigint NOT NULL);
CREATE TEMP TABLE read_status (course_id bigint NOT NULL, user_id bigint NOT NULL, activity_id bigint NOT NULL, place integer NOT NULL, kind text NOT NULL,
                               done boolean NOT NULL);
CREATE TEMP TABLE read_grade (course_id bigint NOT NULL, user_id bigint NOT NULL, raw numeric, least numeric NOT NULL, most numeric NOT NULL);
