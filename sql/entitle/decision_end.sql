-- Decisions that hold no longer: taken back, their time over, replaced by a newer one about the same matter, done with, or about what is not so any more.
-- What they were about is looked at again.
WITH over AS (
    UPDATE ctok.decision d
       SET ended_at = (SELECT rule.now()), ended_why = o.why
      FROM (SELECT d.tenant_id, d.decision_id,
                   CASE WHEN d.revoked_at IS NOT NULL THEN 'revoked'
                        WHEN d.until_at <= (SELECT rule.now()) THEN 'expired'
                        WHEN EXISTS (SELECT 1 FROM ctok.decision n
                                      WHERE n.tenant_id = d.tenant_id AND n.matter = d.matter AND n.begun_at IS NULL AND n.ended_at IS NULL
                                        AND n.revoked_at IS NULL AND n.decision_id > d.decision_id) THEN 'superseded'
                        WHEN d.begun_at IS NULL THEN NULL
                        -- Given back once, or in Moodle again by itself: what is taken away later is another matter.
                        WHEN d.kind = 'restore' AND EXISTS (SELECT 1 FROM ctok.action a
                                                             WHERE a.tenant_id = d.tenant_id AND a.person_id = d.person_id AND a.target_id = d.target_id
                                                               AND a.kind IN ('enrol', 'resume') AND a.state = 'done' AND a.ended_at >= d.begun_at) THEN 'done'
                        WHEN d.kind = 'restore' AND d.begun_at < (SELECT rule.now())
                             AND NOT EXISTS (SELECT 1 FROM ctok.action a
                                              WHERE a.tenant_id = d.tenant_id AND a.person_id = d.person_id AND a.target_id = d.target_id
                                                AND a.kind IN ('enrol', 'resume') AND a.state IN ('open', 'held', 'sending', 'refused')) THEN 'moot'
                        WHEN d.kind = 'grant' AND NOT EXISTS (SELECT 1 FROM ctok.entitlement e
                                                               WHERE e.tenant_id = d.tenant_id AND e.unit_id = -d.decision_id
                                                                 AND e.ends_at > (SELECT rule.now()))
                             AND EXISTS (SELECT 1 FROM ctok.entitlement e WHERE e.tenant_id = d.tenant_id AND e.unit_id = -d.decision_id) THEN 'over'
                   END AS why
              FROM ctok.decision d
             WHERE d.ended_at IS NULL) o
     WHERE d.tenant_id = o.tenant_id AND d.decision_id = o.decision_id AND o.why IS NOT NULL
    RETURNING d.tenant_id, d.kind, d.person_id, d.target_id, d.document_id
), documents AS (
    INSERT INTO ctok.dirty_document (tenant_id, document_id)
    SELECT DISTINCT tenant_id, document_id FROM over WHERE document_id IS NOT NULL
    ON CONFLICT DO NOTHING
)
INSERT INTO dirty_pair
SELECT person_id, target_id FROM over WHERE person_id IS NOT NULL AND target_id IS NOT NULL
