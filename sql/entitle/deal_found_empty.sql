DROP TABLE deal_found
