-- Level 1: the site's own profile fields of each account that has one.
UPDATE read_user u SET fields = f.fields FROM read_field f WHERE f.user_id = u.user_id
