-- The same of who settles what: the views of deals would otherwise be planned for an empty table.
SELECT ctok.analyze_table('deal_document') FROM (SELECT count(*) AS parts FROM deal_reach) n WHERE n.parts >= 1000
