-- Of the site's own profile fields only those stay that the settings name, $1.
UPDATE read_user u
   SET fields = (SELECT coalesce(jsonb_object_agg(f.key, f.value), '{}') FROM jsonb_each(u.fields) f WHERE f.key = ANY ($1::text[]))
 WHERE u.fields <> '{}'
