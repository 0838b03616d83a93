SELECT tenant_id FROM ctok.tenant WHERE name = $1::text
