-- Each staged document beside the ledger's. A new version is one whose payload, status or money differs (or whose content, where the
-- payload also holds what moves by itself); the rest may differ without one, when our reading of the same payload has changed.
-- Those that are new are given their ids here, in the order in which they were sold.
INSERT INTO sale_pick (seq, external_id, is_new, document_id, version, buyer_contact_id, new_version, changed)
SELECT x.seq, x.external_id, x.document_id IS NULL, coalesce(x.document_id, nextval('ctok.document_document_id_seq')), coalesce(x.version, 0) + x.new_version::integer, x.buyer_contact_id, x.new_version,
       x.new_version OR x.differs
  FROM (SELECT s.seq, s.external_id, d.document_id, d.version, b.contact_id AS buyer_contact_id,
               d.document_id IS NULL
                   OR coalesce(v.content_hash, v.payload_hash) IS DISTINCT FROM coalesce(s.content_hash, s.payload_hash)
                   OR (s.content_hash IS NULL AND d.modified_at <> coalesce(s.modified_at, d.modified_at))
                   OR (d.status, d.total_minor, d.refunded_minor)
                      IS DISTINCT FROM (s.status, s.total_minor, coalesce(s.refunded_minor, d.refunded_minor))
                   AS new_version,
               (d.number, d.kind, d.effective_at, d.currency, d.subtotal_minor, d.discount_minor, d.tax_minor, d.shipping_minor,
                d.unallocated_minor, d.tax_included, d.buyer_contact_id, d.paid_minor, d.corrects, d.draft,
                d.expected, d.rest_due_at)
                   IS DISTINCT FROM (s.number, s.kind, s.effective_at, s.currency, s.subtotal_minor, s.discount_minor, s.tax_minor,
                s.shipping_minor, s.unallocated_minor, s.tax_included, b.contact_id, s.paid_minor, s.corrects, s.draft,
                s.expected, s.rest_due_at) AS differs
          FROM sale_document s
          LEFT JOIN ctok.contact b
                 ON b.tenant_id = ctok.current_tenant() AND b.email = s.buyer_email AND b.name = s.buyer_name
                AND b.raw_email = s.buyer_raw_email
          LEFT JOIN ctok.document d
                 ON d.tenant_id = ctok.current_tenant() AND d.source_id = $1::bigint AND d.external_id = s.external_id
          LEFT JOIN ctok.document_version v
                 ON v.tenant_id = d.tenant_id AND v.document_id = d.document_id AND v.version = d.version
         ORDER BY s.effective_at, s.external_id) x
