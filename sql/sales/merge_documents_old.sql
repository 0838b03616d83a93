-- Documents that the ledger had already, as run $1 found them.
UPDATE ctok.document d
   SET number = s.number, kind = s.kind, version = p.version, effective_at = s.effective_at,
       modified_at = coalesce(s.modified_at, CASE WHEN p.new_version THEN coalesce(s.met_at, r.effective_at) ELSE d.modified_at END),
       changed_at = r.known_at, status = s.status, currency = s.currency, total_minor = s.total_minor, subtotal_minor = s.subtotal_minor,
       discount_minor = s.discount_minor, tax_minor = s.tax_minor, shipping_minor = s.shipping_minor, refunded_minor = coalesce(s.refunded_minor, d.refunded_minor),
       unallocated_minor = s.unallocated_minor, tax_included = s.tax_included, buyer_contact_id = p.buyer_contact_id,
       paid_minor = s.paid_minor, corrects = s.corrects, draft = s.draft, expected = s.expected, rest_due_at = s.rest_due_at
  FROM sale_pick p
  JOIN sale_document s ON s.seq = p.seq
 CROSS JOIN (SELECT known_at, effective_at FROM ctok.run WHERE run_id = $1::bigint) r
 WHERE d.tenant_id = ctok.current_tenant() AND d.document_id = p.document_id AND NOT p.is_new
