-- Tables with rows that were never analysed. The planner takes each for a few rows, and joins that go through all of them again and again.
SELECT ctok.analyze_table(c.relname)
  FROM pg_class c
 WHERE c.relnamespace = 'ctok'::regnamespace AND c.relkind = 'r' AND c.reltuples < 0 AND pg_relation_size(c.oid) > 0
