/* Custom field $2 of user $1 becomes $3; an unknown field is ignored. */
INSERT INTO mdl_user_info_data (userid, fieldid, data)
SELECT $1::bigint, id, $3 FROM mdl_user_info_field WHERE shortname = $2
ON CONFLICT (userid, fieldid) DO UPDATE SET data = excluded.data
