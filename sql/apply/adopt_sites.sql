-- Sites with something to adopt, and whether what we know of them is good enough.
SELECT i.site_id, i.site, i.read_level, i.fresh, count(*) AS items
  FROM adopt_item i
 GROUP BY i.site_id, i.site, i.read_level, i.fresh
 ORDER BY i.site
