-- How many mails are in each state but `sent`.
SELECT state, count(*) AS mails FROM ctok.outbox WHERE state <> 'sent' GROUP BY state ORDER BY state
