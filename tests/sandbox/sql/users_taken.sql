/* For each of the user names $1 and e-mails $2: is it in use? */
SELECT EXISTS (SELECT FROM mdl_user u WHERE u.mnethostid = 1 AND u.username = n.username),
	EXISTS (SELECT FROM mdl_user u WHERE lower(u.email) = lower(n.email) AND u.mnethostid = 1)
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS n (username, email, ord)
ORDER BY ord
