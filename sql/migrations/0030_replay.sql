-- What is needed to go through a ledger's history once more in the order in which it was met.

-- The number of the merge that took a version in: what was read together has the same. NULL of versions from before this column, which go by
-- their run.
CREATE SEQUENCE ctok.merge_no;
GRANT USAGE ON SEQUENCE ctok.merge_no TO ctok_program;
ALTER TABLE ctok.document_version ADD COLUMN merge_no bigint;
