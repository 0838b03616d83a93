SELECT to_regclass('ctok.schema_rules') IS NOT NULL AND has_table_privilege(to_regclass('ctok.schema_rules'), 'SELECT') AS there
