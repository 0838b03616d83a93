-- Does the night of this fence ($1) still hold the lock? Locked until the transaction ends.
SELECT FROM ctok.run_lock WHERE fence = $1::bigint AND night_id IS NOT NULL FOR SHARE
