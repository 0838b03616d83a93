-- Whether $1 new documents are at least half as many as the ledger has, of all sources: filled row by row, the indexes would then cost more than made anew.
SELECT reltuples >= 0 AND 2 * $1::bigint >= reltuples AS yes FROM pg_class WHERE oid = 'ctok.document'::regclass
