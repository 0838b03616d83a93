-- Moodle's database: accounts that are not deleted.
COPY (
    SELECT u.id, u.username, u.email, u.firstname, u.lastname, u.suspended = 1, u.idnumber, u.auth, u.phone1, u.phone2, u.institution, u.department, u.city, u.country, u.lang
      FROM mdl_user u
     WHERE u.deleted = 0
) TO STDOUT
