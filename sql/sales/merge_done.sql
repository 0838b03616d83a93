-- Pull $1 is complete: $2 documents read, $3 changed, $4 of them late, $5 rewritten; the source says that there are $6 rows, and $7 came (NULL: it
-- does not say).
UPDATE ctok.pull p
   SET ended_at = n.now_at + (clock_timestamp() - n.begun_at), complete = true, documents = $2::bigint, changed = $3::bigint,
       late = $4::bigint, rewritten = $5::bigint, declared = $6::bigint, taken = $7::bigint
  FROM ctok.run r
  JOIN ctok.night n ON n.night_id = r.night_id
 WHERE p.pull_id = $1::bigint AND r.tenant_id = p.tenant_id AND r.run_id = p.run_id
