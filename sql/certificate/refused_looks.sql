-- The templates and languages that something could not be drawn with.
SELECT DISTINCT template, locale FROM ctok.issue WHERE tenant_id = ctok.current_tenant() AND state = 'refused'
