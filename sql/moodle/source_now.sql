-- Moodle's database: what the COPY statements, which take no parameters, are told: the moment to judge activity by, and the profile fields to read.
SELECT set_config('ctok.now', $1, false), set_config('ctok.fields', $2, false)
