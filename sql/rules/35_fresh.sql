-- Whether we know enough to take access away. What a source could not tell us may be the renewal of whoever seems to have paid no more:
-- removing access to a course needs every source with a rule for it, and the site, read completely by the last try and within `max_age`.

-- Sources and how fresh they are. One that is closed has said all it will; one that left the configuration is never fresh.
CREATE VIEW rule.source_fresh WITH (security_invoker = true) AS
SELECT s.tenant_id, s.source_id, s.name, s.closed, s.gone, t.last_complete_at, rule.tonight() - t.last_complete_at AS age,
       s.closed OR coalesce(NOT s.gone AND p.complete AND t.last_complete_at >= rule.tonight() - make_interval(secs => s.max_age_s), false) AS fresh,
       coalesce(p.failure, '') AS failure
  FROM ctok.source s
  LEFT JOIN ctok.source_state t ON t.tenant_id = s.tenant_id AND t.source_id = s.source_id
  LEFT JOIN LATERAL (SELECT l.complete, l.failure FROM ctok.pull l WHERE l.tenant_id = s.tenant_id AND l.source_id = s.source_id
                      ORDER BY l.pull_id DESC LIMIT 1) p ON true;

CREATE VIEW rule.site_fresh WITH (security_invoker = true) AS
SELECT s.tenant_id, s.site_id, s.name, s.gone, t.last_complete_at, rule.tonight() - t.last_complete_at AS age,
       coalesce(NOT s.gone AND p.complete AND t.last_complete_at >= rule.tonight() - make_interval(secs => s.max_age_s), false) AS fresh,
       coalesce(p.failure, '') AS failure
  FROM ctok.site s
  LEFT JOIN ctok.site_state t ON t.tenant_id = s.tenant_id AND t.site_id = s.site_id
  LEFT JOIN LATERAL (SELECT l.complete, l.failure FROM ctok.site_pull l WHERE l.tenant_id = s.tenant_id AND l.site_id = s.site_id
                      ORDER BY l.pull_id DESC LIMIT 1) p ON true;

-- The sources that sell a course: those with a rule for it.
CREATE VIEW rule.source_selling WITH (security_invoker = true) AS
SELECT DISTINCT n.tenant_id, n.site_id, n.stands_for AS target_id, r.source_id
  FROM ctok.product_rule r
  JOIN ctok.rule_target t ON t.tenant_id = r.tenant_id AND t.rule_id = r.rule_id
  JOIN ctok.target n ON n.tenant_id = t.tenant_id AND n.target_id = t.target_id
 WHERE NOT r.gone AND NOT r.exclude;

-- The sources whose word counts for a course: those that sell it, and those of which the configuration says that they settle what these sell.
CREATE VIEW rule.source_needed WITH (security_invoker = true) AS
SELECT n.tenant_id, n.site_id, n.target_id, n.source_id FROM rule.source_selling n
UNION
SELECT n.tenant_id, n.site_id, n.target_id, o.source_id
  FROM rule.source_selling n
  JOIN ctok.source_settles o ON o.tenant_id = n.tenant_id AND o.target_id = n.source_id
 WHERE o.told
UNION
SELECT n.tenant_id, n.site_id, n.target_id, o.source_id
  FROM rule.source_selling n
  JOIN ctok.source_settles o ON o.tenant_id = n.tenant_id AND o.target_id = n.source_id
  JOIN ctok.link l ON l.tenant_id = o.tenant_id AND least(l.from_source_id, l.to_source_id) = least(o.source_id, o.target_id)
                  AND greatest(l.from_source_id, l.to_source_id) = greatest(o.source_id, o.target_id);

-- "source "shop" last read completely 2026-11-20 04:45".
CREATE FUNCTION rule.silence(kind text, name text, last_complete_at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN format('%s "%s" ', kind, name) || CASE WHEN last_complete_at IS NULL THEN 'never read completely'
               ELSE 'last read completely ' || to_char(last_complete_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD HH24:MI') END;

-- "the end of 3 accesses waits for it"; NULL for none.
CREATE FUNCTION rule.ends_wait(waiting bigint) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN waiting = 1 THEN 'the end of 1 access waits for it' WHEN waiting > 1 THEN format('the end of %s accesses waits for it', waiting) END;

-- Courses, whether all they need is fresh, and if not: who is silent and since when (-infinity: ever).
CREATE VIEW rule.target_fresh WITH (security_invoker = true) AS
SELECT w.tenant_id, w.site_id, w.target_id, bool_and(w.fresh) AS fresh,
       coalesce(string_agg(rule.silence(w.kind, w.name, w.last_complete_at), '; ' ORDER BY w.kind DESC, w.name) FILTER (WHERE NOT w.fresh), '') AS silent,
       min(coalesce(w.last_complete_at, '-infinity')) FILTER (WHERE NOT w.fresh) AS since
  FROM (SELECT n.tenant_id, n.site_id, n.target_id, 'source' AS kind, f.name, f.fresh, f.last_complete_at
          FROM rule.source_needed n
          JOIN rule.source_fresh f ON f.tenant_id = n.tenant_id AND f.source_id = n.source_id
         UNION ALL
        SELECT t.tenant_id, t.site_id, t.target_id, 'site', f.name, f.fresh, f.last_complete_at
          FROM ctok.target t
          JOIN rule.site_fresh f ON f.tenant_id = t.tenant_id AND f.site_id = t.site_id
         WHERE t.same_as IS NULL) w
 GROUP BY w.tenant_id, w.site_id, w.target_id;

-- Rules that the configuration no longer says, of sources that have no other one for the course: what such a source sells now, renewals
-- too, reaches nobody. A source that is closed sells nothing.
CREATE VIEW rule.rule_gone WITH (security_invoker = true) AS
SELECT DISTINCT r.tenant_id, r.rule_id, r.source_id, n.stands_for AS target_id,
       CASE WHEN s.gone THEN format('source "%s" is no longer in the configuration', s.name)
            ELSE format('no rule leads from source "%s" to the course any more', s.name) END AS what
  FROM ctok.product_rule r
  JOIN ctok.source s ON s.tenant_id = r.tenant_id AND s.source_id = r.source_id AND NOT s.closed
  JOIN ctok.rule_target t ON t.tenant_id = r.tenant_id AND t.rule_id = r.rule_id
  JOIN ctok.target n ON n.tenant_id = t.tenant_id AND n.target_id = t.target_id
 WHERE r.gone
   AND NOT EXISTS (SELECT 1 FROM rule.source_selling w
                    WHERE w.tenant_id = r.tenant_id AND w.source_id = r.source_id AND w.target_id = n.stands_for);

-- Accesses that may not be taken away now, and why. What a person decided waits for nobody's word.
CREATE VIEW rule.access_waits WITH (security_invoker = true) AS
SELECT a.tenant_id, a.person_id, a.target_id, concat_ws('; ', CASE WHEN NOT f.fresh THEN f.silent END, g.what) AS why
  FROM ctok.access a
  LEFT JOIN rule.target_fresh f ON f.tenant_id = a.tenant_id AND f.target_id = a.target_id
  LEFT JOIN rule.rule_gone g ON g.tenant_id = a.tenant_id AND g.rule_id = a.rule_id AND g.target_id = a.target_id
 WHERE (NOT f.fresh OR g.rule_id IS NOT NULL) AND a.why NOT IN ('denied', 'dropped');

-- Actions that would take access away and may not be carried out now: what they wait for is silent, or the ledger of a source has news
-- that no plan has seen. Both sets are made once, not once for each action: keep the subqueries free of outer columns.
CREATE VIEW rule.action_waits WITH (security_invoker = true) AS
SELECT o.tenant_id, o.action_id, o.site_id, o.person_id, o.target_id
  FROM ctok.action o
 WHERE o.state IN ('open', 'held') AND o.kind IN ('suspend', 'unenrol') AND o.undoes IS NULL
   AND ((o.tenant_id, o.person_id, o.target_id) IN (SELECT w.tenant_id, w.person_id, w.target_id FROM rule.access_waits w)
        OR (o.tenant_id, o.target_id) IN (SELECT n.tenant_id, n.target_id
                                            FROM rule.source_needed n
                                           WHERE (n.tenant_id, n.source_id) IN (SELECT x.tenant_id, x.source_id
                                                                                  FROM ctok.dirty_document d
                                                                                  JOIN ctok.document x ON x.tenant_id = d.tenant_id
                                                                                                      AND x.document_id = d.document_id)));
