-- Where person ${1} stands, as JSON (docs/explain.md); ${2}: the tenant's zone, ${3}: short name of a course or NULL for all. (The story in time order is
-- explain_story.sql.)
SELECT json_build_object(
    'format', 'ctok-explain-person 1', 'zone', $2::text,
    'person', json_build_object('id', p.person_id, 'name', p.display_name, 'email', p.email,
                                'addresses', (SELECT json_agg(k.email ORDER BY k.email) FROM ctok.person_email k
                                               WHERE k.tenant_id = p.tenant_id AND k.person_id = p.person_id)),
    'rights', coalesce((SELECT json_agg(t.told ORDER BY t.target_id, t.entitlement_id) FROM rule.told_right t
                         JOIN rule.target_name n ON n.tenant_id = t.tenant_id AND n.target_id = t.target_id
                        WHERE t.tenant_id = p.tenant_id AND t.person_id = p.person_id AND ($3::text IS NULL OR lower(n.course) = lower($3))), '[]'),
    'accesses', coalesce((SELECT json_agg(a.told ORDER BY a.target_id) FROM rule.told_access a
                           JOIN rule.target_name n ON n.tenant_id = a.tenant_id AND n.target_id = a.target_id
                          WHERE a.tenant_id = p.tenant_id AND a.person_id = p.person_id AND ($3::text IS NULL OR lower(n.course) = lower($3))), '[]'),
    'decisions', coalesce((SELECT json_agg(t.told ORDER BY t.decision_id) FROM rule.told_decision t
                            WHERE t.tenant_id = p.tenant_id AND t.person_id = p.person_id), '[]'),
    'findings', coalesce((SELECT json_agg(f.told ORDER BY f.first_seen, f.finding_id) FROM rule.told_finding f
                           WHERE f.tenant_id = p.tenant_id AND f.person_id = p.person_id), '[]')
    )::text AS told
  FROM ctok.person p
 WHERE p.tenant_id = (SELECT ctok.current_tenant()) AND p.person_id = $1::bigint
