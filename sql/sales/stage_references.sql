COPY sale_reference (seq, name, value) FROM STDIN
