-- What is held and why, the most first: by the holds that stand, and what is held for other reasons.
SELECT h.kind, h.site, h.course,
       format('%s %s held%s: a brake lets %s pass, %s%s; since %s', h.held, rule.brake_words(h.kind),
              CASE h.scope WHEN 'course' THEN format(' in course %s of site %s', h.course, h.site) WHEN 'site' THEN format(' on site %s', h.site)
                   ELSE '' END,
              h.most, rule.brake_base_words(h.kind, h.base),
              CASE WHEN h.foreseen > 0 THEN format('; %s foreseen go on', h.foreseen) ELSE '' END,
              to_char(h.since_at AT TIME ZONE rule.zone(), 'YYYY-MM-DD')) AS what,
       h.held
  FROM rule.hold_now h
 WHERE h.tenant_id = ctok.current_tenant() AND h.held > 0
UNION ALL
SELECT i.kind, '', '', format('%s %s held: %s', count(*), regexp_replace(rule.brake_words(i.kind), CASE count(*) WHEN 1 THEN 's$' ELSE '^$' END, ''), lower(coalesce(w.words, i.why))), count(*)
  FROM rule.held_item i
  LEFT JOIN rule.held_word w ON w.code = i.why
 WHERE i.tenant_id = ctok.current_tenant() AND i.why <> 'enrolments'
   AND NOT (i.why = 'brake' AND EXISTS (SELECT 1 FROM ctok.hold h
                                         WHERE h.tenant_id = i.tenant_id AND h.standing AND h.kind = i.kind AND h.site_id IN (0, i.site_id)
                                           AND h.target_id IN (0, i.target_id)))
 GROUP BY i.kind, i.why, w.words
 ORDER BY held DESC, what
