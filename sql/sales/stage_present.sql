COPY sale_present (external_id) FROM STDIN
