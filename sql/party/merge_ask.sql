-- ${1} is another record of ${2}, says ${3}, because of ${4}.
INSERT INTO ctok.person_merge (tenant_id, person_id, into_id, who_name, reason, asked_at)
VALUES (ctok.current_tenant(), $1::bigint, $2::bigint, $3, $4, rule.now())
RETURNING merge_id
