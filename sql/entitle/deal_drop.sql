DROP TABLE deal_key_new, deal_reach, deal_was, deal_found;
ANALYZE look_document
