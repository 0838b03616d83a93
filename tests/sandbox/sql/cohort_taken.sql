/* Is there a cohort with this idnumber? */
SELECT EXISTS (SELECT FROM mdl_cohort WHERE idnumber = $1)
