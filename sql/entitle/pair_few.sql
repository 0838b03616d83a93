-- The same of the pairs.
SELECT count(*) < 1000 AND current_setting('ctok.sweep') <> 'on' AS yes FROM dirty_pair
