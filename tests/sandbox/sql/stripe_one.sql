SELECT stripe.show(doc) FROM stripe.object WHERE kind = $1 AND id = $2 AND coalesce((doc ->> 'livemode')::boolean, $3::boolean) = $3::boolean
