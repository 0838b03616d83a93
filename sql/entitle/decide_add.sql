-- Note a decision: kind ${1}, matter ${2}, patch ${3}, about ${4} at ${5} with ${6}, until the end of day ${7}, for seats ${8}; person ${9}, course ${10}, document
-- ${11}, rule ${12}; says ${13}, because of ${14}.
WITH noted AS (
    INSERT INTO ctok.decision (tenant_id, kind, matter, patch, about, about_at, about_minor, until_at, person_id, target_id, document_id, rule_id, who_name,
                               reason, asked_at)
    VALUES (ctok.current_tenant(), $1, $2, $3::jsonb, $4, $5::timestamptz, $6::bigint, ($7::date + 1)::timestamp AT TIME ZONE rule.zone(), $9::bigint,
            $10::bigint, $11::bigint, $12::bigint, $13, $14, rule.now())
    RETURNING tenant_id, decision_id
), seats AS (
    INSERT INTO ctok.decision_unit (tenant_id, decision_id, unit_id)
    SELECT n.tenant_id, n.decision_id, u FROM noted n, unnest($8::bigint[]) u
)
SELECT decision_id FROM noted
