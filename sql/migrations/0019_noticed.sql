-- What is not to be asked for a while is what was called, not all that lives on its host.
-- `called`: a host and port, for what could not be reached at all; else an address, and whose account there.
ALTER TABLE ctok.http_breaker RENAME COLUMN host TO called;
DELETE FROM ctok.http_breaker;

-- `opened`: how often it was opened. A debt that was cured and is owed again from the same moment is told again.
ALTER TABLE ctok.debt_episode ADD COLUMN opened integer NOT NULL DEFAULT 1;

-- `welcome`: the manual method mails a welcome at every change of an enrolment. NULL: this read level cannot tell.
ALTER TABLE ctok.mirror_course ADD COLUMN welcome boolean;
