-- The reading counts: its tables are done with.
DROP TABLE read_course, read_user, read_account, read_enrolment, read_completion, read_listing, read_active, read_report, read_scope,
           read_lookup, read_field;
