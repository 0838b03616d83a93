COPY sale_subscription (place, external_id, status, paused, period_to, cancel_at, ended_at) FROM STDIN
