SELECT woo.put_orders($1::json)
