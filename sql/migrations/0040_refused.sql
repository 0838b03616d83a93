-- What a refused certificate was tried with: its template, the fonts there were, the settings (a fingerprint of them). When that is another
-- one, it is worth trying again.
ALTER TABLE ctok.issue ADD COLUMN refused_with text NOT NULL DEFAULT '';
