-- Tables with rows that were never analysed, or that are more than twice as large as when they were. The planner takes their columns for what they were:
-- joins go through all rows again and again. (A thousand accesses in a table that was last looked at when it was empty: minutes instead of a second.)
SELECT ctok.analyze_table(c.relname)
  FROM pg_class c
 WHERE c.relnamespace = 'ctok'::regnamespace AND c.relkind = 'r'
   AND pg_relation_size(c.oid) > CASE WHEN c.reltuples < 0 THEN 0 ELSE 2 * c.relpages::bigint * current_setting('block_size')::bigint END
