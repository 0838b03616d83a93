-- Moodle's database: the courses whose progress the COPY statements read.
SELECT set_config('ctok.courses', $1, false)
