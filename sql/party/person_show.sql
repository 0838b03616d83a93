-- All that is known of who record ${1} is; ${2}: zone.
WITH said AS (
    SELECT c.name, min(d.effective_at) AS since, max(d.effective_at) AS until
      FROM ctok.person_contact k
      JOIN ctok.contact c ON c.tenant_id = k.tenant_id AND c.contact_id = k.contact_id AND c.name <> ''
      LEFT JOIN ctok.document d ON d.tenant_id = k.tenant_id
            AND (d.buyer_contact_id = k.contact_id
                 OR d.document_id IN (SELECT l.document_id FROM ctok.line l
                                       WHERE l.tenant_id = k.tenant_id AND l.learner_contact_id = k.contact_id AND NOT l.gone))
     WHERE k.tenant_id = (SELECT ctok.current_tenant()) AND k.person_id = $1::bigint
     GROUP BY c.name
), fielded AS (
    SELECT f.name, f.value, r.role, min(d.effective_at) AS since, max(d.effective_at) AS until
      FROM ctok.person_contact k
      JOIN ctok.document d ON d.tenant_id = k.tenant_id
      JOIN ctok.kept_field f ON f.tenant_id = d.tenant_id AND f.document_id = d.document_id
      LEFT JOIN ctok.line l ON l.tenant_id = d.tenant_id AND l.document_id = d.document_id AND l.line_no = f.line_no
     CROSS JOIN LATERAL (SELECT CASE WHEN f.line_no > 0 AND l.learner_contact_id IS NOT NULL THEN 'learner' ELSE 'buyer' END AS role) r
     WHERE k.tenant_id = (SELECT ctok.current_tenant()) AND k.person_id = $1::bigint
       AND k.contact_id = CASE r.role WHEN 'learner' THEN l.learner_contact_id ELSE d.buyer_contact_id END
     GROUP BY f.name, f.value, r.role
), told AS (
    SELECT 1 AS nth, k.email AS place, format('address   %s%s', k.email,
                  concat(CASE WHEN k.alias THEN ', an alias' END, CASE WHEN k.origin_id <> k.person_id THEN ', of record #' || k.origin_id END)) AS text
      FROM ctok.person_email k
     WHERE k.tenant_id = (SELECT ctok.current_tenant()) AND k.person_id = $1::bigint
    UNION ALL
    SELECT 2, to_char(s.since, 'YYYYMMDD') || s.name, format('name      %s%s%s', s.name,
                  CASE WHEN s.since IS NULL THEN '' WHEN s.since = s.until THEN ', sale of ' || to_char(s.since AT TIME ZONE $2, 'YYYY-MM-DD')
                       ELSE format(', sales of %s to %s', to_char(s.since AT TIME ZONE $2, 'YYYY-MM-DD'), to_char(s.until AT TIME ZONE $2, 'YYYY-MM-DD')) END,
                  CASE WHEN s.name = p.display_name THEN ': the name in use' ELSE '' END)
      FROM said s
      JOIN ctok.person p ON p.tenant_id = (SELECT ctok.current_tenant()) AND p.person_id = $1::bigint
    UNION ALL
    SELECT 3, '', 'name      is it still the same human? ctok-admin person confirm #' || n.person_id || ' says yes'
      FROM rule.doubted_name n
     WHERE n.tenant_id = (SELECT ctok.current_tenant()) AND n.person_id = $1::bigint
    UNION ALL
    SELECT 4, s.name, format('account   %s: %s (user %s)%s', s.name, coalesce(u.username, 'not in the last reading'), a.user_id,
                             CASE WHEN a.made THEN ', made by us' ELSE '' END)
      FROM ctok.account a
      JOIN ctok.site s ON s.tenant_id = a.tenant_id AND s.site_id = a.site_id
      LEFT JOIN ctok.mirror_user u ON u.tenant_id = a.tenant_id AND u.site_id = a.site_id AND u.user_id = a.user_id
     WHERE a.tenant_id = (SELECT ctok.current_tenant()) AND a.person_id = $1::bigint
    UNION ALL
    SELECT 5, to_char(m.merge_id, '0000000000'), format('merge %-3s #%s is part of #%s%s: %s, %s%s', m.merge_id, m.person_id, m.into_id,
                  CASE WHEN m.merged_at IS NULL THEN ' from the next reconcile on'
                       ELSE ' since ' || to_char(m.merged_at AT TIME ZONE $2, 'YYYY-MM-DD') END,
                  m.who_name, m.reason,
                  CASE WHEN m.split_asked_at IS NULL THEN ''
                       ELSE format('; taken back %s: %s, %s', CASE WHEN m.split_at IS NULL THEN 'by the next reconcile'
                                                                   ELSE to_char(m.split_at AT TIME ZONE $2, 'YYYY-MM-DD') END,
                                   m.split_who, m.split_reason) END)
      FROM ctok.person_merge m
     WHERE m.tenant_id = (SELECT ctok.current_tenant()) AND $1::bigint IN (m.person_id, m.into_id)
    UNION ALL
    -- What sales say beside names: of the whole document it is the buyer's, of a line the learner's.
    SELECT 3, f.role || f.name || f.value, format('%-9s %s, as the %s%s', f.name, f.value, f.role,
                  CASE WHEN f.since = f.until THEN ', sale of ' || to_char(f.since AT TIME ZONE $2, 'YYYY-MM-DD')
                       ELSE format(', sales of %s to %s', to_char(f.since AT TIME ZONE $2, 'YYYY-MM-DD'), to_char(f.until AT TIME ZONE $2, 'YYYY-MM-DD')) END)
      FROM fielded f
)
SELECT text FROM told ORDER BY nth, place
