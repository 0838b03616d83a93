-- The one course that answers to an ID number we may not see.
UPDATE read_course SET idnumber = $2 WHERE course_id = $1
