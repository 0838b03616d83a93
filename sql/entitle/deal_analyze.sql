-- After many: programs may not analyse a table themselves.
SELECT ctok.analyze_table('deal_key') FROM (SELECT count(*) AS keys FROM deal_key_new) n WHERE n.keys >= 1000
