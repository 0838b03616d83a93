-- Does person ${1} have, or had, any right to course ${2} that we act on?
SELECT EXISTS (SELECT 1 FROM ctok.access a
                WHERE a.tenant_id = (SELECT ctok.current_tenant()) AND a.person_id = $1::bigint AND a.target_id = $2::bigint AND a.state <> 'none') AS yes
