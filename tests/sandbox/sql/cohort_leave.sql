/* Take user $2 out of cohort $1, if the caller may ($3): 'done', 'none' who is no member, no 'cohort', no 'user', 'forbidden'. */
WITH known AS (
	SELECT CASE WHEN NOT EXISTS (SELECT FROM mdl_cohort WHERE id = $1::bigint) THEN 'cohort'
		WHEN NOT EXISTS (SELECT FROM mdl_user WHERE id = $2::bigint AND deleted = 0) THEN 'user' WHEN NOT $3::boolean THEN 'forbidden' END AS refusal
), removed AS (
	DELETE FROM mdl_cohort_members m USING known WHERE refusal IS NULL AND m.cohortid = $1::bigint AND m.userid = $2::bigint RETURNING m.id
)
SELECT coalesce(refusal, CASE WHEN EXISTS (SELECT FROM removed) THEN 'done' ELSE 'none' END) FROM known
