SELECT nextval(pg_get_serial_sequence('ctok.audit_batch', 'batch_id')) AS batch_id
