COPY sale_client (client_key, disabled_at) FROM STDIN
