COPY (SELECT control, title, explanation, currency, expected, actual FROM rule.report_control
       ORDER BY array_position(ARRAY['UNITS_OF_LINES', 'UNITS_CLASSED', 'OPEN_IN_FINDINGS', 'MONEY_OF_UNITS', 'MONEY_CHARGED', 'MONEY_REFUNDED', 'CREDITS',
                                     'SETTLEMENTS', 'PAYOUTS', 'DEALS', 'DEALS_ONCE', 'MANAGED_IS_OWED', 'CERTIFICATES_MAILED', 'WHOLE'], control),
                control, currency) TO STDOUT
