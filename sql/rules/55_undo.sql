-- Taking back what a run did (docs/architecture.md, "Undo").

-- What a change makes of an enrolment: the same for "enrol" and for giving back what "enrol" once gave. The start is left out: read
-- level 2 shows one that equals the creation as none.
CREATE FUNCTION rule.change_key(after_status smallint, after_end bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN after_status IS NULL THEN 'none' ELSE after_status || ' ' || after_end / 60 END;

-- Whether an enrolment as a read level shows it is the one with this status, start and end (status NULL: none). Level 2 shows minutes,
-- and no start where it equals the creation; level 3 shows only whether it gives access.
CREATE FUNCTION rule.same_image(
    level integer, present boolean, active boolean, seen_status bigint, seen_start bigint, seen_end bigint, seen_created bigint,
    status smallint, time_start bigint, time_end bigint, at bigint
) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN status IS NULL OR NOT present THEN status IS NULL AND NOT present
        WHEN level = 1 THEN seen_status = status AND seen_start = time_start AND seen_end = time_end
        WHEN level = 2 THEN seen_status = status AND seen_end / 60 = time_end / 60
             AND (seen_start / 60 = time_start / 60 OR (seen_start = 0 AND seen_created / 60 = time_start / 60))
        ELSE active = (status = 0 AND time_start <= at AND (time_end = 0 OR time_end > at))
    END;

-- Whether an enrolment is managed before and after an action.
CREATE VIEW rule.action_ours WITH (security_invoker = true) AS
SELECT a.tenant_id, a.action_id, coalesce(a.ours_after, a.kind NOT IN ('unenrol', 'release')) AS after,
       CASE WHEN a.undoes IS NOT NULL THEN coalesce(u.ours_after, u.kind NOT IN ('unenrol', 'release'))
            ELSE a.kind NOT IN ('enrol', 'take_over', 'adopt') END AS before
  FROM ctok.action a
  LEFT JOIN ctok.action u ON u.tenant_id = a.tenant_id AND u.action_id = a.undoes
 WHERE a.target_id IS NOT NULL;

-- Changes that people took back: the last that was done to these accesses. The same change waits for an approval; another one lifts it.
-- Few as a rule, and reckoned once per statement, whatever the planner thinks of the rest.
CREATE VIEW rule.barred_change WITH (security_invoker = true) AS
WITH barred AS MATERIALIZED (
    SELECT u.tenant_id, u.person_id, u.target_id, u.bars, u.action_id, u.ended_run AS undone_run
      FROM ctok.action u
     WHERE u.bars IS NOT NULL AND u.state = 'done'
       AND NOT EXISTS (SELECT 1 FROM ctok.action l
                        WHERE l.tenant_id = u.tenant_id AND l.person_id = u.person_id AND l.target_id = u.target_id
                          AND l.state = 'done' AND l.action_id > u.action_id)
)
SELECT * FROM barred;

-- The same of what accounts say: `bars` is the fingerprint of what was taken back.
CREATE VIEW rule.barred_saying WITH (security_invoker = true) AS
SELECT u.tenant_id, u.site_id, u.person_id, u.bars, u.action_id
  FROM ctok.action u
 WHERE u.kind = 'update_account' AND u.bars IS NOT NULL AND u.state = 'done'
   AND NOT EXISTS (SELECT 1 FROM ctok.action l
                    WHERE l.tenant_id = u.tenant_id AND l.site_id = u.site_id AND l.person_id = u.person_id AND l.kind = 'update_account'
                      AND l.state = 'done' AND l.action_id > u.action_id);

-- Places in cohorts follow access, and so what is taken back of it: they are not here.
-- What each run changed in Moodle (or took over): its actions that are done or under way, by the run that sent them last.
CREATE VIEW rule.run_action WITH (security_invoker = true) AS
SELECT j.tenant_id, j.run_id, a.action_id, j.roles AS roles_before
  FROM ctok.journal j
  JOIN ctok.action a ON a.tenant_id = j.tenant_id AND a.action_id = j.action_id AND a.state IN ('done', 'sending') AND a.cohort = ''
 WHERE j.phase = 'before'
   AND NOT EXISTS (SELECT 1 FROM ctok.journal l
                    WHERE l.tenant_id = j.tenant_id AND l.action_id = j.action_id AND l.phase = 'before' AND l.journal_id > j.journal_id);

-- An enrolment in words, to the minute; seconds only where there are some.
CREATE FUNCTION rule.enrolment_words(status bigint, time_start bigint, time_end bigint) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN status IS NULL THEN 'not enrolled'
        ELSE CASE status WHEN 0 THEN 'active' ELSE 'suspended' END
          || CASE WHEN time_start > 0 THEN ' from ' || to_char(to_timestamp(time_start) AT TIME ZONE rule.zone(),
                                                               CASE WHEN time_start % 60 = 0 THEN 'YYYY-MM-DD HH24:MI' ELSE 'YYYY-MM-DD HH24:MI:SS' END) ELSE '' END
          || CASE WHEN time_end > 0 THEN ' until ' || to_char(to_timestamp(time_end) AT TIME ZONE rule.zone(),
                                                              CASE WHEN time_end % 60 = 0 THEN 'YYYY-MM-DD HH24:MI' ELSE 'YYYY-MM-DD HH24:MI:SS' END)
                  ELSE ' without end' END
        END;
