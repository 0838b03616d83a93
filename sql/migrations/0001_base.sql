-- The ground that the other tables stand on: who we work for, where, when, and what was done. The schema `ctok` is there already
-- (made with its table of migrations) and belongs to the owner role; programs connect as ctok_program, which owns nothing.

GRANT USAGE ON SCHEMA ctok TO ctok_program;

-- The tenant that the connection works for; NULL outside. Policies ask once per statement, through a sub-select.
CREATE FUNCTION ctok.current_tenant() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('ctok.tenant', true), '')::bigint;

-- Rows of a tenant's table are visible to that tenant only, also for the owner; the program role may read and write them.
CREATE FUNCTION ctok.protect(a_table regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', a_table);
    EXECUTE format('CREATE POLICY tenant ON %s USING (tenant_id = (SELECT ctok.current_tenant()))'
        ' WITH CHECK (tenant_id = (SELECT ctok.current_tenant()))', a_table);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO ctok_program', a_table);
END $$;
REVOKE EXECUTE ON FUNCTION ctok.protect FROM PUBLIC;

-- Foreign keys guard the small tables, where people may err. The large ones (a row for every sale, person or enrolment) have none: a
-- check of each row costs as much as the row itself, and it would check what cannot be otherwise, for these rows are made by statements
-- that join the rows they refer to, of which programs may delete none. Should somebody else do so, the control WHOLE tells
-- (sql/rules/80_control.sql).

-- Only the owner may analyse a table: programs do it through this after large loads.
CREATE FUNCTION ctok.analyze_table(a_name text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'ctok'::regnamespace AND c.relname = a_name AND c.relkind = 'r') THEN
        RAISE 'schema "ctok" has no table "%"', a_name USING ERRCODE = 'undefined_table';
    END IF;
    EXECUTE format('ANALYZE ctok.%I', a_name);
END $$;

-- One brand or company. Every program reads all tenants. Ids are stable by name; what left the configuration is `gone`.
CREATE TABLE ctok.tenant (
    tenant_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text NOT NULL UNIQUE,
    timezone  text NOT NULL,
    currency  text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    locale    text NOT NULL,
    gone      boolean NOT NULL DEFAULT false
);
GRANT SELECT, INSERT, UPDATE ON ctok.tenant TO ctok_program;

-- One Moodle. `identity` is what it said of itself when first met; a plan made for another one is refused.
CREATE TABLE ctok.site (
    tenant_id  bigint NOT NULL REFERENCES ctok.tenant,
    site_id    bigint GENERATED ALWAYS AS IDENTITY,
    name       text NOT NULL,
    url        text NOT NULL,
    identity   text,
    gone       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, site_id),
    UNIQUE (tenant_id, name)
);
SELECT ctok.protect('ctok.site');
REVOKE DELETE ON ctok.site FROM ctok_program;

-- One configured shop, invoicing system or file drop.
CREATE TABLE ctok.source (
    tenant_id  bigint NOT NULL REFERENCES ctok.tenant,
    source_id  bigint GENERATED ALWAYS AS IDENTITY,
    name       text NOT NULL,
    kind       text NOT NULL,
    role       text NOT NULL CHECK (role IN ('sale', 'invoice', 'payment')),
    gone       boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, source_id),
    UNIQUE (tenant_id, name)
);
SELECT ctok.protect('ctok.source');
REVOKE DELETE ON ctok.source FROM ctok_program;

-- A night: the programs that ran under one lock, with one `now`. `begun_at` and `ended_at` are the wall clock.
CREATE TABLE ctok.night (
    night_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    program  text NOT NULL,
    host     text NOT NULL,
    pid      bigint NOT NULL,
    fence    bigint NOT NULL UNIQUE,
    now_at   timestamptz NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz
);
GRANT SELECT, INSERT, UPDATE ON ctok.night TO ctok_program;

-- Who has the night: one row, for ever. `fence` rises each time; the other columns are NULL while nobody has it. The holder's
-- session (backend_pid, backend_start) tells whether it still lives, from whatever host one asks.
CREATE TABLE ctok.run_lock (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    fence         bigint NOT NULL,
    night_id      bigint REFERENCES ctok.night,
    program       text,
    host          text,
    pid           bigint,
    backend_pid   integer,
    backend_start timestamptz,
    now_at        timestamptz,
    taken_at      timestamptz
);
INSERT INTO ctok.run_lock (fence) VALUES (0);
GRANT SELECT, UPDATE ON ctok.run_lock TO ctok_program;

-- One program's work for one tenant in one night. `effective_at` is the night's now, `known_at` the moment it began.
CREATE TABLE ctok.run (
    tenant_id    bigint NOT NULL REFERENCES ctok.tenant,
    run_id       bigint GENERATED ALWAYS AS IDENTITY,
    night_id     bigint NOT NULL,
    program      text NOT NULL,
    effective_at timestamptz NOT NULL,
    known_at     timestamptz NOT NULL,
    ended_at     timestamptz,
    exit_code    integer,
    counts       jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, run_id)
);
SELECT ctok.protect('ctok.run');

-- Which hosts are not to be asked for a while, beyond the run that met their failures.
CREATE TABLE ctok.http_breaker (
    host       text PRIMARY KEY,
    failures   integer NOT NULL,
    open_until timestamptz
);
GRANT SELECT, INSERT, UPDATE, DELETE ON ctok.http_breaker TO ctok_program;

-- The audit log: what was done, without personal data, in batches (one per transaction) that chain. Rows are only ever added.
CREATE TABLE ctok.audit_batch (
    tenant_id bigint NOT NULL REFERENCES ctok.tenant,
    batch_id  bigint GENERATED ALWAYS AS IDENTITY,
    chain_no  bigint NOT NULL,          -- 1, 2, 3 … per tenant, in the order they were sealed
    run_id    bigint NOT NULL,
    row_count bigint NOT NULL,
    previous  bytea NOT NULL,           -- digest of the batch before, 32 zeros for the first
    digest    bytea NOT NULL,           -- SHA-256 over previous, chain_no, run_id, row_count and the rows' digests in order
    PRIMARY KEY (tenant_id, batch_id),
    UNIQUE (tenant_id, chain_no)
);
SELECT ctok.protect('ctok.audit_batch');
REVOKE UPDATE, DELETE ON ctok.audit_batch FROM ctok_program;
-- Rows name their batch before it is sealed, so its number is drawn first.
GRANT USAGE ON SEQUENCE ctok.audit_batch_batch_id_seq TO ctok_program;

CREATE TABLE ctok.audit_row (
    tenant_id bigint NOT NULL,
    batch_id  bigint NOT NULL,
    row_no    bigint NOT NULL,
    run_id    bigint NOT NULL,
    what      text NOT NULL,
    subject   text NOT NULL,
    detail    jsonb NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    digest    bytea NOT NULL,           -- SHA-256 of the columns before, see rule.audit_digest()
    PRIMARY KEY (tenant_id, batch_id, row_no)
);
SELECT ctok.protect('ctok.audit_row');
REVOKE UPDATE, DELETE ON ctok.audit_row FROM ctok_program;

-- What sources sent, compressed and sealed with the master key; found by the SHA-256 of what it was.
CREATE TABLE ctok.payload (
    tenant_id      bigint NOT NULL,
    payload_hash   bytea NOT NULL,
    source_id      bigint NOT NULL,
    sealed         bytea NOT NULL,
    first_seen_run bigint NOT NULL,
    PRIMARY KEY (tenant_id, payload_hash)
);
SELECT ctok.protect('ctok.payload');
