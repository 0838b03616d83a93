SELECT count(*) FROM woo.found($1, $2, $3, $4, $5, $6::boolean)
