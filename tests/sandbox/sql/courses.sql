/* Courses by one field, '' for all; `ids` is a comma list in which what is no number is ignored. */
SELECT c.id, c.category, c.sortorder, c.fullname, c.shortname, c.idnumber, c.summary, c.summaryformat, c.format, c.showgrades, c.newsitems,
	c.startdate, c.enddate, c.maxbytes, c.showreports, c.visible, c.groupmode, c.groupmodeforce, c.defaultgroupingid, c.lang, c.theme, c.marker,
	c.legacyfiles, c.calendartype, c.timecreated, c.timemodified, c.requested, c.cacherev, c.enablecompletion, c.completionnotify,
	c.showactivitydates = 1, c.showcompletionconditions = 1, k.name, x.id,
	(SELECT string_agg(e.enrol, ',' ORDER BY e.sortorder, e.id) FROM mdl_enrol e WHERE e.courseid = c.id AND e.status = 0),
	(SELECT string_agg(o.name || '=' || o.value, '|' ORDER BY o.id) FROM mdl_course_format_options o WHERE o.courseid = c.id AND o.sectionid = 0),
	CASE c.id WHEN 1 THEN 1 ELSE 5 END,
	(SELECT string_agg(u.id || ':' || u.firstname || ' ' || u.lastname, '|' ORDER BY u.id) FROM mdl_role_assignments a
		JOIN mdl_user u ON u.id = a.userid AND u.deleted = 0 WHERE a.contextid = x.id AND a.roleid = 3)
FROM mdl_course c
LEFT JOIN mdl_course_categories k ON k.id = c.category
JOIN mdl_context x ON x.contextlevel = 50 AND x.instanceid = c.id
WHERE CASE $1
	WHEN '' THEN true
	WHEN 'id' THEN c.id::text = $2
	WHEN 'ids' THEN c.id::text = ANY (string_to_array($2, ','))
	WHEN 'shortname' THEN c.shortname = $2
	WHEN 'idnumber' THEN c.idnumber = $2
	WHEN 'category' THEN c.category::text = $2
	ELSE false END
ORDER BY c.id
