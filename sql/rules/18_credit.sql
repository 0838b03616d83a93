-- Credit notes and what they give back (docs/architecture.md, "Refunds").

-- Credit notes whose original is in the ledger: the one that their money was booked on, else the one that they name, of their currency.
CREATE VIEW rule.credit_note WITH (security_invoker = true) AS
SELECT c.tenant_id, c.document_id, u.original_id, c.external_id, c.number, c.effective_at, c.total_minor, c.paid_minor, c.currency
  FROM ctok.credit_use u
  JOIN ctok.document c ON c.tenant_id = u.tenant_id AND c.document_id = u.note_id
 WHERE c.kind = 'credit_note' AND c.status <> 'test'
UNION ALL
SELECT c.tenant_id, c.document_id, o.document_id AS original_id, c.external_id, c.number, c.effective_at, c.total_minor, c.paid_minor, c.currency
  FROM ctok.document c
  JOIN ctok.document o ON o.tenant_id = c.tenant_id AND o.source_id = c.source_id AND o.external_id = c.corrects AND o.kind <> 'credit_note'
                      AND o.currency = c.currency
 WHERE c.kind = 'credit_note' AND c.corrects <> '' AND c.status <> 'test'
   AND NOT EXISTS (SELECT 1 FROM ctok.credit_use u WHERE u.tenant_id = c.tenant_id AND u.note_id = c.document_id);

-- Lines of credit notes that name a line of the original and a whole quantity: seats ${so_far} − ${quantity} + 1 to ${so_far} of it, counted
-- from the last one, because the first seat is the named learner's.
CREATE VIEW rule.credit_line WITH (security_invoker = true) AS
SELECT c.tenant_id, c.document_id, c.original_id, c.effective_at, l.line_no, o.line_no AS original_line, o.quantity AS sold, l.net_minor,
       -l.quantity AS quantity,
       sum(-l.quantity) OVER (PARTITION BY c.tenant_id, c.original_id, o.line_no ORDER BY c.effective_at, c.document_id, l.line_no) AS so_far
  FROM rule.credit_note c
  JOIN ctok.line l ON l.tenant_id = c.tenant_id AND l.document_id = c.document_id AND NOT l.gone AND l.corrects_key <> ''
                  AND l.quantity < 0 AND l.quantity = trunc(l.quantity)
  JOIN ctok.line o ON o.tenant_id = c.tenant_id AND o.document_id = c.original_id AND o.line_key = l.corrects_key;

-- Units that credit notes give back, each once, with the moment and their part of the note's line (negative).
CREATE VIEW rule.unit_credit WITH (security_invoker = true) AS
SELECT k.tenant_id, u.unit_id, k.original_id, u.line_no, u.unit_no, k.document_id, k.effective_at,
       rule.unit_share(k.net_minor, k.quantity::bigint, (k.sold - u.unit_no + 1 - (k.so_far - k.quantity))::bigint) AS net_minor
  FROM rule.credit_line k
  JOIN ctok.unit u ON u.tenant_id = k.tenant_id AND u.document_id = k.original_id AND u.line_no = k.original_line AND NOT u.gone
                  AND k.sold - u.unit_no + 1 > k.so_far - k.quantity AND k.sold - u.unit_no + 1 <= k.so_far;

-- Money that credit notes give back on a line without giving a unit back, each with what it had been up to it. Of a line of one unit it is known what for.
-- Less than the price of the units that are left is goodwill.
CREATE VIEW rule.line_goodwill WITH (security_invoker = true) AS
SELECT c.tenant_id, c.document_id, c.original_id, o.line_no AS original_line, o.quantity AS sold, c.effective_at, l.net_minor,
       sum(-l.net_minor) OVER (PARTITION BY c.tenant_id, c.original_id, o.line_no ORDER BY c.effective_at, c.document_id, l.line_no) AS so_far
  FROM rule.credit_note c
  JOIN ctok.line l ON l.tenant_id = c.tenant_id AND l.document_id = c.document_id AND NOT l.gone AND l.corrects_key <> '' AND l.quantity = 0
  JOIN ctok.line o ON o.tenant_id = c.tenant_id AND o.document_id = c.original_id AND o.line_key = l.corrects_key;

-- Originals with what was credited in all; `credited_at` is when that reached their total, and `loose_minor` (positive) what no unit can be named for.
CREATE VIEW rule.document_credit WITH (security_invoker = true) AS
SELECT n.tenant_id, n.original_id, sum(-n.total_minor)::bigint AS credited_minor,
       min(n.effective_at) FILTER (WHERE n.so_far >= o.total_minor AND n.so_far > 0) AS credited_at,
       (sum(-n.total_minor) + coalesce(min(u.net_minor), 0))::bigint AS loose_minor
  FROM (SELECT c.*, sum(-c.total_minor) OVER (PARTITION BY c.tenant_id, c.original_id ORDER BY c.effective_at, c.document_id) AS so_far
          FROM rule.credit_note c) n
  JOIN ctok.document o ON o.tenant_id = n.tenant_id AND o.document_id = n.original_id
  LEFT JOIN (SELECT k.tenant_id, k.original_id, sum(k.net_minor) AS net_minor
               FROM (SELECT tenant_id, original_id, net_minor FROM rule.unit_credit
                     UNION ALL
                     SELECT tenant_id, original_id, net_minor FROM rule.line_goodwill WHERE sold = 1) k
              GROUP BY k.tenant_id, k.original_id) u
         ON u.tenant_id = n.tenant_id AND u.original_id = n.original_id
 GROUP BY n.tenant_id, n.original_id;

-- What was paid for a document: as its source tells, or all or nothing.
CREATE FUNCTION rule.paid(paid_minor bigint, status text, total_minor bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(paid_minor, CASE WHEN status IN ('unpaid', 'test') THEN 0 ELSE total_minor END);
