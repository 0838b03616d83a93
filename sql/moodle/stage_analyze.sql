-- Before the joins: temporary tables are never analysed by themselves.
ANALYZE read_course, read_user, read_enrolment, read_completion, read_lookup
