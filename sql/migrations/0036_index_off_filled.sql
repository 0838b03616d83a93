-- Large loads into tables that have rows already: where as many come as there are, making the indexes again costs less than filling them row by row.
-- Nobody is waited for: a table that somebody else is using keeps its indexes.

DROP FUNCTION ctok.index_off(text);

-- Take the indexes of ${a_name} away until index_on(): if it is empty, of all tenants and since ever; if ${a_filled}, also if it is not.
CREATE FUNCTION ctok.index_off(a_name text, a_filled boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    a_table regclass;
    an_index record;
BEGIN
    SELECT c.oid INTO a_table FROM pg_class c WHERE c.relnamespace = 'ctok'::regnamespace AND c.relname = a_name AND c.relkind = 'r';
    IF a_table IS NULL THEN
        RAISE 'schema "ctok" has no table "%"', a_name USING ERRCODE = 'undefined_table';
    END IF;
    IF pg_relation_size(a_table) > 0 AND NOT a_filled THEN
        RETURN;
    END IF;
    IF a_filled THEN
        BEGIN
            EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE NOWAIT', a_table);
        EXCEPTION WHEN lock_not_available THEN
            RETURN;
        END;
    ELSE
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', a_table);
        IF pg_relation_size(a_table) > 0 THEN
            RETURN;
        END IF;
    END IF;
    FOR an_index IN
        SELECT row_number() OVER (ORDER BY i.indexrelid) AS ordinal, i.indexrelid::regclass AS name, k.conname,
               CASE WHEN k.oid IS NULL THEN pg_get_indexdef(i.indexrelid)
                    ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', a_table, k.conname, pg_get_constraintdef(k.oid)) END AS definition
          FROM pg_index i
          LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
         WHERE i.indrelid = a_table
           -- What others refer to stays.
           AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.conindid = i.indexrelid AND f.contype = 'f')
    LOOP
        INSERT INTO ctok.index_off (table_name, ordinal, definition) VALUES (a_name, an_index.ordinal, an_index.definition);
        IF an_index.conname IS NULL THEN
            EXECUTE format('DROP INDEX %s', an_index.name);
        ELSE
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', a_table, an_index.conname);
        END IF;
    END LOOP;
END $$;
