-- What is owed for another reason than that it was not paid, by policy of its source; and what is not sold yet.

-- Documents of clients that their source has disabled, since when, and whether that takes access away.
CREATE VIEW rule.document_disabled WITH (security_invoker = true) AS
SELECT d.tenant_id, d.document_id, d.source_id, c.disabled_at, s.on_disabled_client = 'suspend' AS ends
  FROM ctok.client_disabled c
  JOIN ctok.source s ON s.tenant_id = c.tenant_id AND s.source_id = c.source_id
  JOIN ctok.document_reference f ON f.tenant_id = c.tenant_id AND f.name = 'client' AND f.value = c.client_key
  JOIN ctok.document d ON d.tenant_id = f.tenant_id AND d.document_id = f.document_id AND d.source_id = c.source_id AND d.kind <> 'credit_note';

-- Documents that count as paid although something of them was to be paid by a day that is known, and whether access lasts no further than that.
CREATE VIEW rule.document_overdue WITH (security_invoker = true) AS
SELECT d.tenant_id, d.document_id, d.source_id, d.rest_due_at, s.on_overdue = 'suspend' AS ends
  FROM ctok.document d
  JOIN ctok.source s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id
 WHERE d.rest_due_at IS NOT NULL AND d.status = 'paid' AND d.kind <> 'credit_note' AND d.paid_minor < d.total_minor;

-- Documents whose right ends, or will end, for one of the two, until that is put right.
CREATE VIEW rule.document_owed WITH (security_invoker = true) AS
SELECT x.tenant_id, x.document_id, min(x.disabled_at) AS disabled_at, min(x.overdue_at) AS overdue_at
  FROM (SELECT tenant_id, document_id, disabled_at, NULL::timestamptz AS overdue_at FROM rule.document_disabled WHERE ends
        UNION ALL
        SELECT tenant_id, document_id, NULL, rest_due_at FROM rule.document_overdue WHERE ends) x
 GROUP BY x.tenant_id, x.document_id;

-- Documents that are expected to be paid, by their status: those for which money never moved. (One that was paid before is owed.)
CREATE VIEW rule.document_expected WITH (security_invoker = true) AS
SELECT d.tenant_id, d.document_id
  FROM ctok.document d
 WHERE d.expected AND d.status = 'unpaid'
   AND NOT EXISTS (SELECT 1 FROM ctok.movement m WHERE m.tenant_id = d.tenant_id AND m.document_id = d.document_id);

-- Lines that are expected to be sold: of quotes and orders that hold still, and of documents that are expected to be paid.
CREATE VIEW rule.expected_line WITH (security_invoker = true) AS
SELECT e.tenant_id, e.source_id, e.kind, e.document_key, e.number, e.product_id, e.quantity, e.net_minor, e.currency, e.buyer_email, e.buyer_name,
       e.asked_at, e.until
  FROM ctok.expected e
  JOIN ctok.source s ON s.tenant_id = e.tenant_id AND s.source_id = e.source_id AND NOT s.gone AND NOT s.closed
 WHERE coalesce(e.until > (SELECT rule.now()), true)
UNION ALL
SELECT d.tenant_id, d.source_id, 'unpaid', d.external_id, d.number, l.product_id, l.quantity, l.net_minor, d.currency, coalesce(c.email, ''),
       coalesce(c.name, ''), d.effective_at, NULL
  FROM rule.document_expected x
  JOIN ctok.document d ON d.tenant_id = x.tenant_id AND d.document_id = x.document_id AND d.gone_at IS NULL
  JOIN ctok.source s ON s.tenant_id = d.tenant_id AND s.source_id = d.source_id AND NOT s.gone
  JOIN ctok.line l ON l.tenant_id = d.tenant_id AND l.document_id = d.document_id AND NOT l.gone
  LEFT JOIN ctok.contact c ON c.tenant_id = d.tenant_id AND c.contact_id = d.buyer_contact_id;
