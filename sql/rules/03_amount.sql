-- Decimals of a currency's minor unit (ISO 4217); those not named here have two.
CREATE FUNCTION rule.exponent(currency text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0
        WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
        WHEN currency IN ('CLF', 'UYW') THEN 4
        ELSE 2
    END;

-- "12.34 EUR", for sentences.
CREATE FUNCTION rule.amount(minor bigint, currency text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN trim(to_char(minor / power(10::numeric, rule.exponent(currency)),
                        CASE rule.exponent(currency) WHEN 0 THEN 'FM999999999999990' WHEN 3 THEN 'FM999999999999990.000'
                                                     WHEN 4 THEN 'FM999999999999990.0000' ELSE 'FM999999999999990.00' END)) || ' ' || currency;

-- Is a price the expected one, within so many percent of it?
CREATE FUNCTION rule.price_fits(price_minor bigint, expected_minor bigint, tolerance numeric) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 100 * abs(price_minor - expected_minor) <= tolerance * expected_minor;
