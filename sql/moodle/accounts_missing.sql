-- Participants whose accounts the site did not show.
SELECT count(*) AS missing, min(l.user_id) AS user_id
  FROM (SELECT DISTINCT user_id FROM read_listing) l
  LEFT JOIN read_account a ON a.user_id = l.user_id AND NOT a.deleted
 WHERE a.user_id IS NULL
