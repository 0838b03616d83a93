-- What is in the ledger already needs no more looking at.
DELETE FROM sale_pick WHERE NOT changed
