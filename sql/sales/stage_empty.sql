-- The pull is in the ledger.
TRUNCATE sale_document, sale_line, sale_payment, sale_reference, sale_field, sale_present, sale_payload, sale_pick, sale_row,
    sale_settlement, sale_subscription, sale_payout, sale_balance, sale_bank, sale_rate, sale_settled, sale_note_waited, sale_expected, sale_client
