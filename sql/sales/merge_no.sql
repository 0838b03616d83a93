-- The number of this merge: what is taken in with it was met together.
SELECT nextval('ctok.merge_no')
