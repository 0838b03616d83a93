-- Where the person stands now, and what is open. $1: person, $2: zone, $3: course or NULL.
WITH course AS (
    SELECT t.target_id, coalesce(c.shortname, t.reference) AS name
      FROM ctok.target t
      LEFT JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.course_id = t.course_id
     WHERE t.tenant_id = ctok.current_tenant() AND ($3::text IS NULL OR lower(coalesce(c.shortname, t.reference)) = lower($3))
)
SELECT format('%s: %s%s; Moodle %s', c.name,
              rule.state_words(g.state, g.why, g.ends_at IS NOT NULL),
              CASE WHEN g.state = 'none' THEN '' WHEN g.ends_at = 'infinity' THEN ', without end' WHEN g.ends_at IS NULL THEN ''
                   ELSE CASE WHEN d.kind = 'grant' THEN ', granted until ' ELSE ', paid until ' END || to_char(g.ends_at AT TIME ZONE $2, 'YYYY-MM-DD') END,
              CASE WHEN g.gap IS NULL THEN 'is as it should be' || CASE WHEN g.state = 'grace' AND g.suspend_at = 'infinity' THEN ', and grace has no end' ELSE '' END
                   WHEN g.gap = 'END_WAITS' THEN 'keeps it for now: ' || g.waits
                   WHEN g.gap = upper(g.gap) THEN 'needs a person: ' || g.gap
                   ELSE 'is to be changed: ' || replace(g.gap, '_', ' ') || CASE WHEN g.trial THEN ' (trial)' ELSE '' END ||
                        coalesce((SELECT ', ' || lower(coalesce(w.words, a.held_why))
                                    FROM ctok.action a
                                    LEFT JOIN rule.held_word w ON w.code = a.held_why
                                   WHERE a.tenant_id = g.tenant_id AND a.person_id = g.person_id AND a.target_id = g.target_id
                                     AND a.state = 'held'), '') END) AS text
  FROM rule.access_gap g
  JOIN course c ON c.target_id = g.target_id
  JOIN ctok.product_rule r ON r.tenant_id = g.tenant_id AND r.rule_id = g.rule_id
  LEFT JOIN ctok.decision d ON d.tenant_id = r.tenant_id AND d.decision_id = r.decision_id
 WHERE g.tenant_id = ctok.current_tenant() AND g.person_id = $1::bigint
UNION ALL
SELECT format('%s: paid for and not given yet: %s', c.name, s.lacks)
  FROM rule.gate_shut s
  JOIN course c ON c.target_id = s.target_id
 WHERE s.tenant_id = ctok.current_tenant() AND s.person_id = $1::bigint AND NOT s.before_live
UNION ALL
SELECT format('%s: subscription "%s" of source "%s" is %s%s%s%s', c.name, u.external_id, s.name, replace(u.status, '_', ' '),
              CASE WHEN u.paused AND u.ended_at IS NULL THEN ', paused' ELSE '' END,
              CASE WHEN u.ended_at IS NOT NULL THEN ', ended ' || to_char(u.ended_at AT TIME ZONE $2, 'YYYY-MM-DD')
                   WHEN u.cancel_at IS NOT NULL THEN ', to end ' || to_char(u.cancel_at AT TIME ZONE $2, 'YYYY-MM-DD') ELSE '' END,
              CASE WHEN isfinite(max(u.ends_at)) THEN ', paid until ' || to_char(max(u.ends_at) AT TIME ZONE $2, 'YYYY-MM-DD') ELSE '' END)
  FROM rule.access_subscription u
  JOIN course c ON c.target_id = u.target_id
  JOIN ctok.source s ON s.tenant_id = u.tenant_id AND s.source_id = u.source_id
 WHERE u.tenant_id = ctok.current_tenant() AND u.person_id = $1::bigint
 GROUP BY c.name, s.name, u.external_id, u.status, u.paused, u.ended_at, u.cancel_at
UNION ALL
SELECT format('open: %s %s since %s%s: %s%s', f.finding_id, f.class, to_char(f.first_seen AT TIME ZONE $2, 'YYYY-MM-DD'),
              CASE WHEN f.risk_minor > 0 THEN ', ' || rule.amount(f.risk_minor, f.currency) || ' at risk' ELSE '' END, lower(left(w.words, 1)) || substr(w.words, 2),
              CASE WHEN f.detail <> '' THEN ' (' || f.detail || ')' ELSE '' END)
  FROM ctok.finding f
  LEFT JOIN rule.report_word w ON w.kind = 'finding' AND w.code = f.class
  LEFT JOIN course c ON c.target_id = f.target_id
 WHERE f.tenant_id = ctok.current_tenant() AND f.person_id = $1::bigint AND f.cleared_at IS NULL AND (f.target_id IS NULL OR c.target_id IS NOT NULL)
