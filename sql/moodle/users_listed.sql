-- Level 2: accounts as listed, suspended as the report says. Listings do not tell how an account signs in, nor its language.
INSERT INTO read_user
SELECT DISTINCT ON (l.user_id) l.user_id, l.username, l.email, l.email_key, l.firstname, l.lastname, coalesce(s.suspended, false), l.idnumber, NULL,
       l.phone1, l.phone2, l.institution, l.department, l.city, l.country, NULL, l.fields
  FROM read_listing l
  LEFT JOIN (SELECT username, bool_or(account_suspended) AS suspended FROM read_report WHERE username IS NOT NULL GROUP BY username) s
         ON s.username = l.username
 ORDER BY l.user_id, l.course_id
