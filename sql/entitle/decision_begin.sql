-- Decisions that were noted since the last reconcile hold from now on. What they are about is looked at again.
WITH begun AS (
    UPDATE ctok.decision d
       SET begun_at = (SELECT rule.now())
     WHERE d.begun_at IS NULL AND d.ended_at IS NULL
    RETURNING d.tenant_id, d.person_id, d.target_id, d.document_id
), documents AS (
    INSERT INTO ctok.dirty_document (tenant_id, document_id)
    SELECT DISTINCT tenant_id, document_id FROM begun WHERE document_id IS NOT NULL
    ON CONFLICT DO NOTHING
)
INSERT INTO dirty_pair
SELECT person_id, target_id FROM begun WHERE person_id IS NOT NULL AND target_id IS NOT NULL
