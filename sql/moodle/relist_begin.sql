-- These courses are listed once more.
DELETE FROM read_listing WHERE course_id = ANY ($1::bigint[])
