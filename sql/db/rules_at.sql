SELECT set_config('ctok.now', to_timestamp($1::bigint)::text, false), set_config('ctok.zone', $2, false)
