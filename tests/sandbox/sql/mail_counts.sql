SELECT kind, count(*) FROM sandbox.mail GROUP BY kind ORDER BY kind
