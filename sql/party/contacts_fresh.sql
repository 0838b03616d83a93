-- Contacts of the documents that this run looks at, and that are nobody yet.
CREATE TEMP TABLE contact_fresh ON COMMIT DROP AS
SELECT c.tenant_id, c.contact_id, c.email, c.name
  FROM (SELECT d.tenant_id, d.buyer_contact_id AS contact_id
          FROM look_document x
          JOIN ctok.document d ON d.tenant_id = x.tenant_id AND d.document_id = x.document_id
         UNION
        SELECT l.tenant_id, l.learner_contact_id
          FROM look_document x
          JOIN ctok.line l ON l.tenant_id = x.tenant_id AND l.document_id = x.document_id) n
  JOIN ctok.contact c ON c.tenant_id = n.tenant_id AND c.contact_id = n.contact_id AND c.email <> ''
 WHERE NOT EXISTS (SELECT 1 FROM ctok.person_contact k WHERE k.tenant_id = c.tenant_id AND k.contact_id = c.contact_id)
