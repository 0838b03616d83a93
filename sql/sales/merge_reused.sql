-- An order of source $1 under an id that was another's: sold to somebody else, and at another time or under another number. Neither ever
-- changes by itself: the shop was set back, and gives its ids out again.
SELECT s.external_id, s.number, d.number AS was
  FROM sale_document s
  JOIN ctok.document d ON d.tenant_id = ctok.current_tenant() AND d.source_id = $1::bigint AND d.external_id = s.external_id
  LEFT JOIN ctok.contact b ON b.tenant_id = d.tenant_id AND b.contact_id = d.buyer_contact_id
 WHERE s.kind = 'order' AND (s.number <> d.number OR s.effective_at <> d.effective_at)
   AND coalesce(s.buyer_email, '') <> coalesce(b.email, '')
 ORDER BY s.seq
 LIMIT 1
