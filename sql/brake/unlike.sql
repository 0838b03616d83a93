-- Kinds (of $2; NULL: of all) of which the night ($1) did or wanted more than three times as many as the median of the last 30 nights, and more than 20; only after
-- a week of nights to compare with. Nothing is held for it.
SELECT string_agg(format('%s %s (usually %s)', t.many, rule.brake_words(t.kind), t.median), ', ' ORDER BY t.many DESC) AS kinds
  FROM (SELECT k.kind, k.many,
               (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY l.done)
                  FROM (SELECT p.done FROM ctok.night_tally p
                         WHERE p.tenant_id = ctok.current_tenant() AND p.kind = k.kind AND p.scope = 'tenant' AND p.night_id < $1::bigint
                         ORDER BY p.night_id DESC LIMIT 30) l
                HAVING count(*) >= 7) AS median
          FROM (SELECT n.kind, sum(n.many)::bigint AS many
                  FROM (SELECT t.kind, t.done AS many FROM ctok.night_tally t
                         WHERE t.tenant_id = ctok.current_tenant() AND t.night_id = $1::bigint AND t.scope = 'tenant'
                        UNION ALL
                        SELECT i.kind, count(*) FROM rule.held_item i WHERE i.tenant_id = ctok.current_tenant() GROUP BY i.kind) n
                 WHERE $2::text[] IS NULL OR n.kind = ANY ($2::text[])
                 GROUP BY n.kind) k) t
 WHERE t.many > 20 AND t.many > 3 * t.median
