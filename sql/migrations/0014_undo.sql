-- Undoing what a run did, and taking enrolments over.

-- 'restore': set an enrolment back to dates it had; 'adopt' and 'release': it is ours from now on, or no longer, and nothing is written.
ALTER TABLE ctok.action DROP CONSTRAINT action_kind_check;
ALTER TABLE ctok.action ADD CONSTRAINT action_kind_check
    CHECK (kind IN ('create_account', 'enrol', 'extend', 'resume', 'take_over', 'suspend', 'unenrol', 'restore', 'adopt', 'release'));
ALTER TABLE ctok.action ADD COLUMN undoes bigint;      -- the action that this one takes back
ALTER TABLE ctok.action ADD COLUMN ours_after boolean; -- whether the enrolment is managed then; NULL: as its kind says
ALTER TABLE ctok.action ADD COLUMN bars text;          -- rule.change_key() of what must not come back without approval
CREATE INDEX action_bars ON ctok.action (tenant_id, person_id, target_id) WHERE bars IS NOT NULL;
CREATE INDEX action_undoes ON ctok.action (tenant_id, undoes) WHERE undoes IS NOT NULL;

-- Roles in the course before we wrote, for we may give one and cannot take it back.
ALTER TABLE ctok.journal ADD COLUMN roles text;
-- What a run did.
CREATE INDEX journal_run ON ctok.journal (tenant_id, run_id);
