SELECT set_config('ctok.tenant', $1::text, false)
