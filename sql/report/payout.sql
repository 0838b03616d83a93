COPY (SELECT payout, source, status, created_on, arrives_on, entries, currency, charge_minor, refund_minor, dispute_minor, fee_minor, reserve_minor,
             reader_minor, failed_minor, other_minor, amount_minor, residual_minor, residual_minor AS live_minor, bank_on, bank_minor, bank_difference_minor
        FROM rule.report_payout
       ORDER BY created_on, source, payout_id) TO STDOUT
