COPY sale_field (seq, line_key, name, value) FROM STDIN
