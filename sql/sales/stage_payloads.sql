COPY sale_payload (seq, sealed) FROM STDIN
