SELECT woo.put_refunds($1::bigint, $2::json)
