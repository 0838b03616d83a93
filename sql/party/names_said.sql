-- What documents call persons, as learner and as buyer; a blank name is none. Looked at for everybody whom a changed document names and who
-- goes by several names or addresses, over these documents and all that gave them a right.
CREATE TEMP TABLE name_said ON COMMIT DROP AS
WITH named AS (
    SELECT l.tenant_id, l.learner_contact_id AS contact_id
      FROM look_document d
      JOIN ctok.line l ON l.tenant_id = d.tenant_id AND l.document_id = d.document_id
    UNION
    SELECT b.tenant_id, b.buyer_contact_id
      FROM look_document d
      JOIN ctok.document b ON b.tenant_id = d.tenant_id AND b.document_id = d.document_id
), concerned AS MATERIALIZED (
    SELECT DISTINCT k.tenant_id, k.person_id
      FROM named n
      JOIN ctok.person_contact k ON k.tenant_id = n.tenant_id AND k.contact_id = n.contact_id
     WHERE EXISTS (SELECT 1 FROM ctok.person_contact o
                    WHERE o.tenant_id = k.tenant_id AND o.person_id = k.person_id AND o.contact_id <> k.contact_id)
), document AS (
    SELECT tenant_id, document_id FROM look_document
    UNION
    SELECT e.tenant_id, e.document_id
      FROM concerned p
      JOIN ctok.entitlement e ON e.tenant_id = p.tenant_id AND e.person_id = p.person_id
), said AS (
    SELECT k.tenant_id, k.person_id, k.contact_id, true AS as_learner, d.modified_at, d.document_id, l.line_no
      FROM document x
      JOIN ctok.document d ON d.tenant_id = x.tenant_id AND d.document_id = x.document_id
      JOIN ctok.line l ON l.tenant_id = d.tenant_id AND l.document_id = d.document_id AND NOT l.gone
      JOIN ctok.person_contact k ON k.tenant_id = l.tenant_id AND k.contact_id = l.learner_contact_id
    UNION ALL
    SELECT k.tenant_id, k.person_id, k.contact_id, false, d.modified_at, d.document_id, 0
      FROM document x
      JOIN ctok.document d ON d.tenant_id = x.tenant_id AND d.document_id = x.document_id
      JOIN ctok.person_contact k ON k.tenant_id = d.tenant_id AND k.contact_id = d.buyer_contact_id
)
SELECT s.tenant_id, s.person_id, s.contact_id, s.as_learner, c.name, s.modified_at, s.document_id, s.line_no
  FROM said s
  JOIN concerned p ON p.tenant_id = s.tenant_id AND p.person_id = s.person_id
  JOIN ctok.contact c ON c.tenant_id = s.tenant_id AND c.contact_id = s.contact_id
 WHERE c.name <> ''
