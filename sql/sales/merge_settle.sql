-- What happened to payments of source $1 and was not booked yet is booked for the document that names the payment, met in run $2: facts of this
-- run for any document, and older ones for documents that changed in it. Charges are booked by the document itself. A fact is booked once: its
-- row says for which document. Money of another currency than the document's is not booked for it: it would be added to its cents.
WITH near AS (
    SELECT s.settlement_id
      FROM ctok.settlement s
     WHERE s.tenant_id = ctok.current_tenant() AND s.source_id = $1::bigint AND s.run_id = $2::bigint
    UNION
    SELECT s.settlement_id
      FROM sale_pick p
      JOIN ctok.document_reference f ON f.tenant_id = ctok.current_tenant() AND f.document_id = p.document_id AND f.name = 'transaction'
      JOIN ctok.settlement s ON s.tenant_id = f.tenant_id AND s.source_id = $1::bigint AND s.payment_key = f.value
    UNION
    SELECT s.settlement_id
      FROM sale_pick p
      JOIN ctok.document_reference f ON f.tenant_id = ctok.current_tenant() AND f.document_id = p.document_id AND f.name = 'transaction'
      JOIN ctok.settlement s ON s.tenant_id = f.tenant_id AND s.source_id = $1::bigint AND s.intent_key = f.value
), found AS (
    SELECT DISTINCT ON (s.settlement_id) s.settlement_id, d.document_id
      FROM near n
      JOIN ctok.settlement s ON s.tenant_id = ctok.current_tenant() AND s.settlement_id = n.settlement_id AND s.document_id IS NULL
      JOIN ctok.document_reference f ON f.tenant_id = s.tenant_id AND f.name = 'transaction'
                                    AND f.value IN (nullif(s.payment_key, ''), nullif(s.intent_key, ''))
      JOIN ctok.document d ON d.tenant_id = f.tenant_id AND d.document_id = f.document_id AND d.source_id = s.source_id
                          AND d.kind <> 'credit_note' AND d.status <> 'test' AND (d.currency = s.currency OR s.kind = 'charge')
     ORDER BY s.settlement_id, d.document_id
), claimed AS (
    UPDATE ctok.settlement s
       SET document_id = f.document_id
      FROM found f
     WHERE s.tenant_id = ctok.current_tenant() AND s.settlement_id = f.settlement_id
    RETURNING s.*
), moved AS (
    INSERT INTO ctok.movement (tenant_id, document_id, settlement_id, kind, external_key, amount_minor, currency, effective_at, known_at, run_id)
    SELECT c.tenant_id, c.document_id, c.settlement_id, c.kind, c.external_key, c.amount_minor, c.currency, c.effective_at, r.known_at, r.run_id
      FROM claimed c
     CROSS JOIN (SELECT run_id, known_at FROM ctok.run WHERE run_id = $2::bigint) r
     WHERE c.kind <> 'charge'
     ORDER BY c.document_id, c.effective_at, c.settlement_id
    ON CONFLICT DO NOTHING
)
INSERT INTO sale_settled (document_id)
SELECT DISTINCT document_id FROM claimed
