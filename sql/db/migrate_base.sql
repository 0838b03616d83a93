-- Where migrations are recorded. Harmless when it is there.
CREATE SCHEMA IF NOT EXISTS ctok;
CREATE TABLE IF NOT EXISTS ctok.schema_migration (
    name       text PRIMARY KEY,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS ctok.schema_rules (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    sha256      text NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT now()
);
GRANT USAGE ON SCHEMA ctok TO ctok_program;
GRANT SELECT ON ctok.schema_migration, ctok.schema_rules TO ctok_program;
