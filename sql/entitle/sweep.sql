-- $1: 'on' when everything is looked at, however little that is. Holds for the transaction.
SELECT set_config('ctok.sweep', $1, true)
