CREATE INDEX ON replay_version (round)
