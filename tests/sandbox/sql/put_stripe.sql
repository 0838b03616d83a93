SELECT stripe.put($1, $2::jsonb)
