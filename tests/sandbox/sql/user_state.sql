SELECT deleted = 1, confirmed = 1 FROM mdl_user WHERE id = $1::bigint
