ANALYZE sale_pick
