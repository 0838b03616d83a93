-- What unit ${unit_no} (from 1) of ${units} gets of a line's net: the same for all, rounded down, and one minor unit more for the
-- lowest numbers until the sum is exact.
CREATE FUNCTION rule.unit_share(net_minor bigint, units bigint, unit_no bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (net_minor - mod(mod(net_minor, units) + units, units)) / units
         + CASE WHEN unit_no <= mod(mod(net_minor, units) + units, units) THEN 1 ELSE 0 END;
