-- Did somebody decide who is who since the last reconcile?
SELECT EXISTS (SELECT 1 FROM ctok.dirty_person) AS yes
