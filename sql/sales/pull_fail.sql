-- Pull $1 does not count, because $2; $3 documents had been read, $5 of the $4 rows that the source says there are (NULL: it does not say).
UPDATE ctok.pull p
   SET ended_at = n.now_at + (clock_timestamp() - n.begun_at), failure = $2, documents = $3::bigint, declared = $4::bigint, taken = $5::bigint
  FROM ctok.run r
  JOIN ctok.night n ON n.night_id = r.night_id
 WHERE p.pull_id = $1::bigint AND r.tenant_id = p.tenant_id AND r.run_id = p.run_id
