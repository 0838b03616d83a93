-- What tells versions of a document apart where its payload also holds what moves by itself (a time of change without a change): a hash of
-- the rest. NULL: the payload's own hash does.
ALTER TABLE ctok.document_version ADD COLUMN content_hash bytea;
