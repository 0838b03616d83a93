/* Of filters $1, how many compare a date with what is none. */
SELECT count(*) FROM jsonb_array_elements($1::jsonb) f
WHERE fs.is_date_column(f ->> 0) AND f ->> 1 NOT IN ('null', 'notnull', 'is', 'isnot', 'like') AND NOT fs.is_date(f ->> 2)
