/* Keep a copy of every table, and make the function that puts it back. */
DROP SCHEMA IF EXISTS snapshot CASCADE;
CREATE SCHEMA snapshot;
DO $do$
DECLARE t record; body text := ''; s record;
BEGIN
	FOR t IN SELECT schemaname AS s, tablename AS t FROM pg_tables WHERE schemaname IN ('public', 'shop', 'fs', 'woo', 'stripe', 'sandbox') LOOP
		EXECUTE format('CREATE TABLE snapshot.%I AS TABLE %I.%I', t.s || '_' || t.t, t.s, t.t);
		body := body || format('DELETE FROM %I.%I; INSERT INTO %I.%I SELECT * FROM snapshot.%I;', t.s, t.t, t.s, t.t, t.s || '_' || t.t);
	END LOOP;
	FOR s IN SELECT schemaname AS s, sequencename AS q, last_value AS v FROM pg_sequences WHERE schemaname IN ('public', 'sandbox') LOOP
		body := body || format('PERFORM setval(%L, %s, %L);', s.s || '.' || s.q, coalesce(s.v, 1), s.v IS NOT NULL);
	END LOOP;
	EXECUTE format('CREATE FUNCTION snapshot.restore() RETURNS void LANGUAGE plpgsql AS %L', 'BEGIN ' || body || ' END');
END
$do$
