-- How many documents each round has; ${first} is its run's first one, with which the run's settlements go.
SELECT r.round, r.run_id, count(r.document_id) AS documents, r.round = min(r.round) OVER (PARTITION BY r.run_id) AS first
  FROM replay_version r
 GROUP BY r.round, r.run_id
 ORDER BY r.round
