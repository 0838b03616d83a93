SELECT r.id, r.name, r.source, r.conditiondata, r.usercreated, r.timecreated, r.timemodified, r.usermodified, u.email, u.firstname || ' ' || u.lastname
FROM mdl_reportbuilder_report r JOIN mdl_user u ON u.id = r.usermodified
WHERE r.id = $1::bigint AND r.type = 0
