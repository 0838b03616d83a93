SELECT count(*) FROM fs.found($1, $2::jsonb, '[]')
