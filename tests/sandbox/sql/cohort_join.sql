/* Make user $4 (known by $3: id or username) a member of cohort $2 (known by $1: id or idnumber) at $5, if the caller may ($6): 'done', 'member' already,
 * no 'cohort', no 'user', 'forbidden'. */
WITH c AS (
	SELECT id FROM mdl_cohort WHERE CASE $1 WHEN 'id' THEN id::text ELSE idnumber END = $2
), u AS (
	SELECT id FROM mdl_user WHERE CASE $3 WHEN 'id' THEN id::text ELSE username END = $4 AND deleted = 0
), known AS (
	SELECT CASE WHEN NOT EXISTS (SELECT FROM c) THEN 'cohort' WHEN NOT EXISTS (SELECT FROM u) THEN 'user'
		WHEN EXISTS (SELECT FROM mdl_cohort_members m, c, u WHERE m.cohortid = c.id AND m.userid = u.id) THEN 'member'
		WHEN NOT $6::boolean THEN 'forbidden' ELSE 'done' END AS outcome
), added AS (
	INSERT INTO mdl_cohort_members (cohortid, userid, timeadded) SELECT c.id, u.id, $5::bigint FROM c, u, known WHERE outcome = 'done'
)
SELECT outcome FROM known
