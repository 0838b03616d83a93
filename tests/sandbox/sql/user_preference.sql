INSERT INTO mdl_user_preferences (userid, name, value) VALUES ($1::bigint, $2, $3)
ON CONFLICT (userid, name) DO UPDATE SET value = excluded.value
