-- What changed; of that, documents of source $1 that are new although they were sold before the time up to which its sales were known (by a quarter
-- of an hour, which readings overlap by), and known ones in another version.
SELECT count(*) AS changed,
       count(*) FILTER (WHERE p.is_new) AS fresh,
       count(*) FILTER (WHERE p.is_new AND s.effective_at < t.known_to - interval '15 minutes') AS late,
       count(*) FILTER (WHERE NOT p.is_new AND p.new_version) AS rewritten
  FROM sale_pick p
  JOIN sale_document s ON s.seq = p.seq
  LEFT JOIN (SELECT least(watermark, last_complete_at) AS known_to FROM ctok.source_state
              WHERE tenant_id = ctok.current_tenant() AND source_id = $1::bigint) t ON true
