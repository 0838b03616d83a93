SELECT ctok.index_on(t) FROM unnest($1::text[]) AS t
