-- Completions that are due a certificate: its facts are fixed here. The serial is derived from a secret of the tenant, so that it
-- cannot be guessed and comes out the same when a run is repeated. $1: locale, $2: run.
INSERT INTO ctok.issue (tenant_id, site_id, target_id, course_id, person_id, cycle, serial, learner_name, course_name, completed_at, valid_until, template,
                        locale, issued_at, run_id, state)
SELECT d.tenant_id, d.site_id, d.target_id, d.course_id, d.person_id, d.cycle,
       upper(substr(h.hex, 1, 5) || '-' || substr(h.hex, 6, 5) || '-' || substr(h.hex, 11, 5)),
       -- The learner's own account says how the name is spelled; '-' is our stand-in for a missing family name.
       coalesce(rule.moodle_name(u.firstname, u.lastname), p.display_name),
       c.fullname, d.completed_at,
       CASE WHEN d.certificate_valid IS NOT NULL THEN rule.term_end(d.completed_at, d.certificate_valid, rule.zone()) END, d.certificate, $1, rule.now(), $2::bigint, 'planned'
  FROM rule.completion_due d
  JOIN ctok.person p ON p.tenant_id = d.tenant_id AND p.person_id = d.person_id
  JOIN ctok.mirror_course c ON c.tenant_id = d.tenant_id AND c.site_id = d.site_id AND c.course_id = d.course_id
  LEFT JOIN ctok.mirror_user u ON u.tenant_id = d.tenant_id AND u.site_id = d.site_id AND u.user_id = d.user_id
  JOIN ctok.serial_key k ON k.tenant_id = d.tenant_id
 CROSS JOIN LATERAL (SELECT encode(sha256(convert_to(concat_ws('|', k.secret, d.site_id, d.target_id, d.person_id, d.cycle, 1), 'UTF8')), 'hex')
                            AS hex) h
 WHERE d.due
 ORDER BY d.completed_at, d.person_id, d.target_id
ON CONFLICT DO NOTHING
