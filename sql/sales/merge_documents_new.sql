-- Documents of source $1 that run $2 met first.
INSERT INTO ctok.document (tenant_id, document_id, source_id, external_id, number, kind, version, effective_at, modified_at, known_at, changed_at,
    status, currency, total_minor, subtotal_minor, discount_minor, tax_minor, shipping_minor, refunded_minor, unallocated_minor,
    tax_included, buyer_contact_id, paid_minor, corrects, draft, expected, rest_due_at)
OVERRIDING SYSTEM VALUE
SELECT r.tenant_id, p.document_id, $1::bigint, s.external_id, s.number, s.kind, p.version, s.effective_at,
       coalesce(s.modified_at, s.met_at, r.effective_at), r.known_at, r.known_at, s.status, s.currency, s.total_minor, s.subtotal_minor,
       s.discount_minor, s.tax_minor, s.shipping_minor, coalesce(s.refunded_minor, 0), s.unallocated_minor, s.tax_included,
       p.buyer_contact_id, s.paid_minor, s.corrects, s.draft, s.expected, s.rest_due_at
  FROM sale_pick p
  JOIN sale_document s ON s.seq = p.seq
 CROSS JOIN (SELECT tenant_id, known_at, effective_at FROM ctok.run WHERE run_id = $2::bigint) r
 WHERE p.is_new
 ORDER BY p.document_id
