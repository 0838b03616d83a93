-- Moodle's database: the cohorts that the COPY statements read, by ID number.
SELECT set_config('ctok.cohorts', $1, false)
