-- Before listings and report are compared.
ANALYZE read_course, read_listing, read_active, read_report, read_account
