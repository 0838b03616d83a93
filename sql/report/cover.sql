COPY (SELECT name, value FROM rule.report_cover ORDER BY place) TO STDOUT
