-- For each product without a rule the course that is most like it: the one whose short name or id number is its SKU, or whose name is its
-- name; else the one that shares most words with it, at least half of them. Of equals none: who guesses enrols people in the wrong course.
WITH loose AS (
    SELECT p.*, s.name AS source,
           CASE WHEN p.sku <> '' THEN 'sku:' || p.sku WHEN p.variant_key <> '' THEN 'variant:' || p.variant_key
                WHEN p.product_key <> '' THEN 'product:' || p.product_key ELSE 'name:' || p.name END AS match
      FROM ctok.product p
      JOIN ctok.source s ON s.tenant_id = p.tenant_id AND s.source_id = p.source_id AND NOT s.gone
      LEFT JOIN rule.product_choice c ON c.tenant_id = p.tenant_id AND c.product_id = p.product_id
     WHERE p.tenant_id = ctok.current_tenant() AND c.rule_id IS NULL AND coalesce(c.rules, 0) = 0 AND NOT coalesce(c.asked, false)
), word AS (
    SELECT l.product_id, w.word
      FROM loose l
     CROSS JOIN LATERAL (SELECT DISTINCT x AS word FROM regexp_split_to_table(lower(l.name || ' ' || l.sku), '[^[:alnum:]]+') x WHERE x <> '') w
), course_word AS (
    SELECT m.site_id, m.course_id, w.word
      FROM ctok.mirror_course m
     CROSS JOIN LATERAL (SELECT DISTINCT x AS word FROM regexp_split_to_table(lower(m.fullname || ' ' || m.shortname), '[^[:alnum:]]+') x WHERE x <> '') w
), score AS (
    SELECT l.product_id, m.site_id, m.course_id,
           CASE WHEN l.sku <> '' AND lower(l.sku) IN (lower(m.shortname), lower(m.idnumber)) THEN 3
                WHEN l.name <> '' AND lower(l.name) = lower(m.fullname) THEN 2 END AS score
      FROM loose l
      JOIN ctok.mirror_course m ON m.tenant_id = l.tenant_id
       AND (lower(l.sku) IN (lower(m.shortname), lower(m.idnumber)) OR lower(l.name) = lower(m.fullname))
    UNION ALL
    SELECT b.product_id, b.site_id, b.course_id, b.shared::numeric / least(p.words, c.words)
      FROM (SELECT w.product_id, k.site_id, k.course_id, count(*) AS shared
              FROM word w JOIN course_word k ON k.word = w.word GROUP BY 1, 2, 3) b
      JOIN (SELECT product_id, count(*) AS words FROM word GROUP BY 1) p ON p.product_id = b.product_id
      JOIN (SELECT site_id, course_id, count(*) AS words FROM course_word GROUP BY 1, 2) c ON c.site_id = b.site_id AND c.course_id = b.course_id
     WHERE b.shared * 2 >= least(p.words, c.words) AND b.shared >= 2
), best AS (
    SELECT product_id, site_id, course_id, score
      FROM (SELECT s.*, max(score) OVER (PARTITION BY product_id) AS most FROM (SELECT product_id, site_id, course_id, max(score) AS score FROM score
                                                                                  WHERE score IS NOT NULL GROUP BY 1, 2, 3) s) x
     WHERE score = most
), sold AS (
    SELECT n.product_id, count(*) AS units
      FROM ctok.line n
      JOIN ctok.unit u ON u.tenant_id = n.tenant_id AND u.document_id = n.document_id AND u.line_no = n.line_no AND NOT u.gone
     WHERE NOT n.gone AND n.product_id IN (SELECT l.product_id FROM loose l)
     GROUP BY n.product_id
)
SELECT l.source, l.match, l.name, b.site, b.course, b.fullname, coalesce(s.units, 0) AS units
  FROM loose l
  LEFT JOIN sold s ON s.product_id = l.product_id
  LEFT JOIN (SELECT b.product_id, min(i.name) AS site, min(m.shortname) AS course, min(m.fullname) AS fullname
               FROM best b
               JOIN ctok.mirror_course m ON m.tenant_id = ctok.current_tenant() AND m.site_id = b.site_id AND m.course_id = b.course_id
               JOIN ctok.site i ON i.tenant_id = m.tenant_id AND i.site_id = m.site_id
              GROUP BY b.product_id
             HAVING count(*) = 1) b ON b.product_id = l.product_id
 ORDER BY b.course IS NULL, l.source, units DESC, l.match
