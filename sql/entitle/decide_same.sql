-- The decision about matter ${2} that says the same as is asked, and is noted or holds: kind ${1}, patch ${3}, about the same fact (${4}, ${5}), until the end of
-- day ${6}, for the same seats ${7}.
SELECT d.decision_id
  FROM ctok.decision d
 WHERE d.tenant_id = (SELECT ctok.current_tenant()) AND d.matter = $2 AND d.kind = $1 AND d.ended_at IS NULL AND d.revoked_at IS NULL
   AND d.patch = $3::jsonb AND d.about_at IS NOT DISTINCT FROM $4::timestamptz AND d.about_minor IS NOT DISTINCT FROM $5::bigint
   AND d.until_at IS NOT DISTINCT FROM ($6::date + 1)::timestamp AT TIME ZONE rule.zone()
   AND ARRAY(SELECT s.unit_id FROM ctok.decision_unit s WHERE s.tenant_id = d.tenant_id AND s.decision_id = d.decision_id ORDER BY s.unit_id)
       = ARRAY(SELECT u FROM unnest($7::bigint[]) u ORDER BY u)
   -- One that holds is as good as gone once another one is noted.
   AND NOT EXISTS (SELECT 1 FROM ctok.decision n
                    WHERE n.tenant_id = d.tenant_id AND n.matter = d.matter AND n.ended_at IS NULL AND n.revoked_at IS NULL AND n.decision_id > d.decision_id)
