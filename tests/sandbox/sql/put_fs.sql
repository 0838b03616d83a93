SELECT fs.put($1, $2::jsonb)
