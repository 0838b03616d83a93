-- Moodle's database: the moment that the COPY statements, which take no parameters, judge activity by.
SELECT set_config('ctok.now', $1, false)
