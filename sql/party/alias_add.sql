-- ${1} has the address ${2} too: in the ledger it is a contact of theirs, so that sites are asked for it; at the next reconcile an account may
-- be found by it.
WITH alias AS (
    INSERT INTO ctok.person_email (tenant_id, email, person_id, alias)
    VALUES (ctok.current_tenant(), $2, $1::bigint, true)
    RETURNING tenant_id, email, person_id
), fresh AS (
    INSERT INTO ctok.contact (tenant_id, email, name)
    SELECT tenant_id, email, '' FROM alias
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, contact_id
), contacts AS (
    INSERT INTO ctok.person_contact (tenant_id, contact_id, person_id)
    SELECT f.tenant_id, f.contact_id, $1::bigint FROM fresh f
    UNION ALL
    SELECT c.tenant_id, c.contact_id, $1::bigint
      FROM ctok.contact c
     WHERE c.tenant_id = (SELECT ctok.current_tenant()) AND c.email = $2
    ON CONFLICT DO NOTHING
)
INSERT INTO ctok.dirty_person (tenant_id, person_id)
SELECT tenant_id, person_id FROM alias
ON CONFLICT DO NOTHING
