SELECT ctok.index_off(t) FROM unnest($1::text[]) AS t
