-- A grant that was taken back ends at the moment at which it was, unless it was over by then.
WITH back AS (
    UPDATE ctok.entitlement e
       SET revoked_at = d.revoked_at, revoked_why = 'decision'
      FROM ctok.decision d
     WHERE d.tenant_id = e.tenant_id AND e.unit_id = -d.decision_id AND d.kind = 'grant' AND d.ended_why = 'revoked' AND e.revoked_at IS NULL
    RETURNING e.person_id, e.target_id
)
INSERT INTO dirty_pair
SELECT person_id, target_id FROM back
