COPY (SELECT sale, source, sold_on, state, currency, sold_minor, invoices, invoiced_minor, payments, paid_minor, refunded_minor, paid_back_minor,
             difference_minor, home, revenue_minor, rates, code
        FROM rule.report_deal
       ORDER BY sold_on, source, sale, deal_id) TO STDOUT
