DROP TABLE pg_temp.mail_new
