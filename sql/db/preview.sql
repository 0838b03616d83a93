-- The rules' clock will be set to another moment and nothing kept: remember the night's own until the transaction ends.
SELECT set_config('ctok.tonight', current_setting('ctok.now'), true)
