SELECT enablecompletion FROM mdl_course WHERE id = $1::bigint
