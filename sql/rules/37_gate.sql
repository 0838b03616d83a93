-- Gates: what must be so before a sale gives access (docs/architecture.md, "Gates").

-- What an account says under a name that rules use: Moodle's own fields, and "profile_field_" with the short name of one of the site's.
CREATE FUNCTION rule.account_field(u ctok.mirror_user, name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE name WHEN 'phone1' THEN (u).phone1 WHEN 'phone2' THEN (u).phone2 WHEN 'idnumber' THEN (u).idnumber
                     WHEN 'institution' THEN (u).institution WHEN 'department' THEN (u).department WHEN 'city' THEN (u).city
                     WHEN 'country' THEN (u).country ELSE (u).fields ->> substr(name, length('profile_field_') + 1) END;

-- The conditions of a rule for one person and sale, but for the number of places: what is lacking, in words, and since when it is not. met_at is
-- NULL while it is lacking, -infinity where it has no moment of its own.
CREATE FUNCTION rule.gate_conditions(tenant bigint, rule bigint, person bigint, unit bigint) RETURNS TABLE (lacks text, met_at timestamptz)
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$
SELECT format(CASE WHEN c.course_id IS NULL THEN 'course %s, which is to be completed first, is not on the site' ELSE 'course %s is not completed' END,
              coalesce(c.shortname, regexp_replace(t.reference, '^shortname:', ''))),
       (SELECT min(m.completed_at)
          FROM ctok.account k
          JOIN ctok.mirror_completion m ON m.tenant_id = k.tenant_id AND m.site_id = k.site_id AND m.course_id = c.course_id AND m.user_id = k.user_id
         WHERE k.tenant_id = tenant AND k.site_id = t.site_id AND k.person_id = person)
  FROM ctok.rule_requires q
  JOIN ctok.target t ON t.tenant_id = q.tenant_id AND t.target_id = q.target_id
  LEFT JOIN ctok.target o ON o.tenant_id = t.tenant_id AND o.target_id = t.same_as
  LEFT JOIN ctok.mirror_course c ON c.tenant_id = t.tenant_id AND c.site_id = t.site_id AND c.course_id = coalesce(o.course_id, t.course_id)
 WHERE q.tenant_id = tenant AND q.rule_id = rule
UNION ALL
-- What Moodle says of the account, or the sale of its learner: its line, or the whole of it where the buyer is who learns.
SELECT format('"%s" is not filled in', r.require_field),
       CASE WHEN EXISTS (SELECT 1 FROM ctok.account k
                           JOIN ctok.mirror_user u ON u.tenant_id = k.tenant_id AND u.site_id = k.site_id AND u.user_id = k.user_id
                          WHERE k.tenant_id = tenant AND k.site_id = r.site_id AND k.person_id = person
                            AND btrim(rule.account_field(u, r.require_field)) <> '')
              OR EXISTS (SELECT 1 FROM ctok.unit n
                           JOIN ctok.line l ON l.tenant_id = n.tenant_id AND l.document_id = n.document_id AND l.line_no = n.line_no
                           JOIN ctok.document d ON d.tenant_id = n.tenant_id AND d.document_id = n.document_id
                           JOIN ctok.person_contact w ON w.tenant_id = n.tenant_id AND w.contact_id = d.buyer_contact_id
                           JOIN ctok.kept_field f ON f.tenant_id = n.tenant_id AND f.document_id = n.document_id
                                                 AND f.line_no = ANY (ARRAY[l.line_no, CASE WHEN w.person_id = person THEN 0 END])
                          WHERE n.tenant_id = tenant AND n.unit_id = unit AND btrim(f.value) <> ''
                            AND f.name = regexp_replace(r.require_field, '^profile_field_', ''))
            THEN timestamptz '-infinity' END
  FROM ctok.product_rule r
 WHERE r.tenant_id = tenant AND r.rule_id = rule AND r.require_field <> ''
$$;

-- Who holds a place where places are counted: one for each person, from when the gate opened until the access is over or was taken back. Places are
-- those of a course.
CREATE VIEW rule.place_held WITH (security_invoker = true) AS
SELECT DISTINCT e.tenant_id, e.target_id, e.person_id
  FROM ctok.product_rule r
  JOIN ctok.entitlement e ON e.tenant_id = r.tenant_id AND e.rule_id = r.rule_id AND e.revoked_at IS NULL AND coalesce(e.ends_at > rule.now(), true)
  JOIN ctok.gate g ON g.tenant_id = e.tenant_id AND g.unit_id = e.unit_id AND g.target_id = e.target_id AND g.opened_at IS NOT NULL
 WHERE r.capacity IS NOT NULL;

-- Sales that are paid for and wait at a gate, and for what.
CREATE VIEW rule.gate_shut WITH (security_invoker = true) AS
SELECT e.tenant_id, e.entitlement_id, e.unit_id, e.target_id, e.person_id, e.before_live, e.trial,
       coalesce(c.lacks, format('all %s places are taken', r.capacity)) AS lacks
  FROM ctok.gate g
  JOIN rule.entitlement_live e ON e.tenant_id = g.tenant_id AND e.unit_id = g.unit_id AND e.target_id = g.target_id AND e.rule_id = g.rule_id
  JOIN ctok.product_rule r ON r.tenant_id = g.tenant_id AND r.rule_id = g.rule_id
  LEFT JOIN LATERAL (SELECT string_agg(n.lacks, '; ' ORDER BY n.lacks) AS lacks
                       FROM rule.gate_conditions(g.tenant_id, g.rule_id, e.person_id, g.unit_id) n
                      WHERE n.met_at IS NULL) c ON true
 WHERE g.opened_at IS NULL AND e.revoked_at IS NULL;
