-- Large loads into empty tables. An index that is filled row by row costs several times what it costs when it is made of rows that are
-- there: a first night would spend most of its time on that. So a table that holds nothing may do without its indexes while it is filled, in
-- one transaction; whoever else wants the table waits that long.

-- What index_on() makes again, as the owner: programs may look, never write. Empty outside such a transaction.
CREATE TABLE ctok.index_off (
    table_name text NOT NULL,
    ordinal    bigint NOT NULL,
    definition text NOT NULL,
    PRIMARY KEY (table_name, ordinal)
);
GRANT SELECT ON ctok.index_off TO ctok_program;

-- Take the indexes of ${a_name} away until index_on(), if it is empty: of all tenants, and since ever.
CREATE FUNCTION ctok.index_off(a_name text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    a_table regclass;
    an_index record;
BEGIN
    SELECT c.oid INTO a_table FROM pg_class c WHERE c.relnamespace = 'ctok'::regnamespace AND c.relname = a_name AND c.relkind = 'r';
    IF a_table IS NULL THEN
        RAISE 'schema "ctok" has no table "%"', a_name USING ERRCODE = 'undefined_table';
    END IF;
    IF pg_relation_size(a_table) > 0 THEN
        RETURN;
    END IF;
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', a_table);
    IF pg_relation_size(a_table) > 0 THEN
        RETURN;
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

-- Make them again. Does nothing when index_off() did nothing.
CREATE FUNCTION ctok.index_on(a_name text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    a_definition text;
BEGIN
    FOR a_definition IN DELETE FROM ctok.index_off o WHERE o.table_name = a_name RETURNING o.definition LOOP
        EXECUTE a_definition;
    END LOOP;
END $$;

-- What a quiet night looks for among all that ever was: documents of which something may have been taken back, actions that did not end well.
CREATE INDEX document_taken_back ON ctok.document (tenant_id, document_id) WHERE status IN ('cancelled', 'unpaid') OR refunded_minor > 0;
CREATE INDEX action_again ON ctok.action (tenant_id, action_id) WHERE state IN ('sending', 'refused');
