ANALYZE sale_settlement, sale_subscription, sale_payout, sale_balance, sale_rate
