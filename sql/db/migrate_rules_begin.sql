-- Rules are functions and views in a schema of their own, so that replacing them is dropping them all.
DROP SCHEMA IF EXISTS rule CASCADE;
CREATE SCHEMA rule;
SET LOCAL search_path = rule, ctok, pg_temp;
