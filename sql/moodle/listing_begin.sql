-- These courses are listed anew.
DELETE FROM read_listing WHERE course_id = ANY ($1::bigint[])
