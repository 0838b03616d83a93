SELECT ctok.index_off(t, $2::boolean) FROM unnest($1::text[]) AS t
