SELECT doc FROM shop.orders WHERE id = $1
