DELETE FROM mdl_external_tokens WHERE token = $1
