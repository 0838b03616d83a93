COPY sale_rate (place, currency, day, rate, base, publisher) FROM STDIN
