SELECT doc FROM shop.documents WHERE id = ANY (string_to_array($1, ',')) ORDER BY array_position(string_to_array($1, ','), id)
