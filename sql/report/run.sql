-- The run that reports, for the views; until the transaction ends.
SELECT set_config('ctok.report_run', $1, true)
