-- go-live approves what the trial showed: the waiting enrolments of sales of the pairs that went live, as they are planned now, and the
-- accounts that these need. $1: sites, $2: sources, in step.
WITH begun AS (
    SELECT ctok.current_tenant() AS tenant_id, b.site_id, b.source_id FROM unnest($1::bigint[], $2::bigint[]) AS b(site_id, source_id)
), enrolment AS (
    SELECT DISTINCT a.tenant_id, a.site_id, a.person_id, a.fingerprint
      FROM begun b
      JOIN ctok.action a ON a.tenant_id = b.tenant_id AND a.site_id = b.site_id AND a.state IN ('open', 'held') AND a.trial
                        AND rule.brake_kind(a.kind) = 'enrol'
     WHERE EXISTS (SELECT 1 FROM ctok.entitlement e
                    WHERE e.tenant_id = a.tenant_id AND e.person_id = a.person_id AND e.target_id = a.target_id AND e.source_id = b.source_id)
), shown AS (
    SELECT tenant_id, fingerprint, 'enrol' AS kind FROM enrolment
    UNION
    SELECT a.tenant_id, a.fingerprint, 'create_account'
      FROM ctok.action a
     WHERE a.tenant_id = ctok.current_tenant() AND a.state IN ('open', 'held') AND a.trial AND a.kind = 'create_account'
       AND EXISTS (SELECT 1 FROM enrolment e WHERE e.tenant_id = a.tenant_id AND e.site_id = a.site_id AND e.person_id = a.person_id)
), approved AS (
    INSERT INTO ctok.approval (tenant_id, origin, kind, site_id, target_id, who_name, reason, approved_at, expires_at)
    SELECT ctok.current_tenant(), 'go-live', '', 0, 0, '', 'shown in trial', rule.now(), rule.now() + interval '48 hours'
     WHERE EXISTS (SELECT 1 FROM shown)
    RETURNING tenant_id, approval_id
)
INSERT INTO ctok.approval_item (tenant_id, approval_id, fingerprint, kind)
SELECT s.tenant_id, p.approval_id, s.fingerprint, s.kind
  FROM shown s
  JOIN approved p ON p.tenant_id = s.tenant_id
