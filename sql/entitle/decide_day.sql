-- Is the end of day ${1} still ahead?
SELECT ($1::date + 1)::timestamp AT TIME ZONE rule.zone() > rule.now() AS ahead
