ANALYZE sale_row
