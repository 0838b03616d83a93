-- A reading of progress is over.
DROP TABLE read_activity, read_progress, read_seen, read_asked, read_status, read_grade;
