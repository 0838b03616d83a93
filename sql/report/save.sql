INSERT INTO ctok.report (tenant_id, run_id, snapshot_path, snapshot_sha256, xlsx_path, xlsx_sha256, ties)
SELECT ctok.current_tenant(), $1::bigint, $2::text, decode($3, 'hex'), $4::text, decode($5, 'hex'), $6::boolean
ON CONFLICT (tenant_id, run_id) DO UPDATE
   SET snapshot_path = excluded.snapshot_path, snapshot_sha256 = excluded.snapshot_sha256, xlsx_path = excluded.xlsx_path,
       xlsx_sha256 = excluded.xlsx_sha256, ties = excluded.ties
