-- What may have another part in a deal now: the documents that are looked at, what shares a key with them, before or now, and what shares one
-- with that: a payment is for an invoice, and this for a sale.
CREATE TEMP TABLE deal_reach ON COMMIT DROP AS
WITH touched AS (
    SELECT n.tenant_id, n.key FROM deal_key_new n
    UNION
    SELECT k.tenant_id, k.key FROM look_document d JOIN ctok.deal_key k ON k.tenant_id = d.tenant_id AND k.document_id = d.document_id
), near AS (
    SELECT DISTINCT k.tenant_id, k.document_id FROM touched t JOIN ctok.deal_key k ON k.tenant_id = t.tenant_id AND k.key = t.key
), around AS (
    SELECT k.tenant_id, k.key FROM near n JOIN ctok.deal_key k ON k.tenant_id = n.tenant_id AND k.document_id = n.document_id
    UNION
    SELECT t.tenant_id, t.key FROM touched t
)
SELECT d.tenant_id, d.document_id FROM look_document d
UNION
SELECT k.tenant_id, k.document_id FROM around a JOIN ctok.deal_key k ON k.tenant_id = a.tenant_id AND k.key = a.key;
ANALYZE deal_reach
