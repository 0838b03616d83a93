-- What was looked at is clean, as of this transaction's snapshot.
WITH documents AS (DELETE FROM ctok.dirty_document RETURNING 1),
     users AS (DELETE FROM ctok.dirty_user RETURNING 1),
     accesses AS (DELETE FROM ctok.dirty_access RETURNING 1),
     persons AS (DELETE FROM ctok.dirty_person RETURNING 1)
DELETE FROM ctok.dirty_course
