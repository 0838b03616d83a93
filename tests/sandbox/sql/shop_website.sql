SELECT doc FROM shop.website
