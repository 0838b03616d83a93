ANALYZE sale_pick, sale_row
