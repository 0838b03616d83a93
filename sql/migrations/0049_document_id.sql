-- New documents are given their ids while they are compared with the ledger, so that what belongs to them need not wait until they are written.
GRANT USAGE ON SEQUENCE ctok.document_document_id_seq TO ctok_program;
