-- The source named $1, and what its ledger holds.
SELECT s.source_id,
       EXISTS (SELECT 1 FROM ctok.document d WHERE d.tenant_id = s.tenant_id AND d.source_id = s.source_id)
       OR EXISTS (SELECT 1 FROM ctok.settlement f WHERE f.tenant_id = s.tenant_id AND f.source_id = s.source_id)
       OR EXISTS (SELECT 1 FROM ctok.subscription b WHERE b.tenant_id = s.tenant_id AND b.source_id = s.source_id)
       OR EXISTS (SELECT 1 FROM ctok.payout o WHERE o.tenant_id = s.tenant_id AND o.source_id = s.source_id)
       OR EXISTS (SELECT 1 FROM ctok.payout_entry e WHERE e.tenant_id = s.tenant_id AND e.source_id = s.source_id) AS has_any
  FROM ctok.source s
 WHERE s.tenant_id = ctok.current_tenant() AND s.name = $1
