-- Moodle's database: the id of a role.
SELECT id FROM mdl_role WHERE shortname = $1
