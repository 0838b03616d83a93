INSERT INTO ctok.serial_key (tenant_id) VALUES (ctok.current_tenant()) ON CONFLICT DO NOTHING
