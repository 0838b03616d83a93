-- The report is read from its beginning.
DELETE FROM read_report
