-- Whether documents of several sources can be one sale at all.
SELECT EXISTS (SELECT 1 FROM ctok.source_settles) OR EXISTS (SELECT 1 FROM ctok.deal_document) OR EXISTS (SELECT 1 FROM ctok.deal_unclear) AS any
