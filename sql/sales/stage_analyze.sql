-- TEMP tables have no statistics of their own accord.
ANALYZE sale_document, sale_line, sale_payment, sale_reference, sale_field, sale_present
