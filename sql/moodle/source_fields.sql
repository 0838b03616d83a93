-- Moodle's database: those of the site's own profile fields that the settings name, of accounts that are not deleted.
COPY (
    SELECT d.userid, jsonb_object_agg(f.shortname, d.data)
      FROM mdl_user_info_data d
      JOIN mdl_user_info_field f ON f.id = d.fieldid AND f.shortname = ANY (current_setting('ctok.fields')::text[])
      JOIN mdl_user u ON u.id = d.userid AND u.deleted = 0
     WHERE d.data <> ''
     GROUP BY d.userid
) TO STDOUT
