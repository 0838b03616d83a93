-- Whether the documents are so few that each is looked up, rather than all swept.
SELECT count(*) < 1000 AND current_setting('ctok.sweep') <> 'on' AS yes FROM look_document
