SELECT ctok.analyze_table(t) FROM unnest($1::text[]) AS t
