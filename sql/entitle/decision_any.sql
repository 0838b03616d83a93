-- Is there any decision that gives, or gave, rights a rule of its own?
SELECT EXISTS (SELECT 1 FROM ctok.decision d WHERE d.kind IN ('grant', 'policy') AND d.begun_at IS NOT NULL) AS yes
