-- Noted: the next ones of this transaction begin anew.
DROP TABLE put_enrolment
