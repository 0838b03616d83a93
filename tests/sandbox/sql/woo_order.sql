SELECT doc FROM woo.orders WHERE id = $1::bigint
