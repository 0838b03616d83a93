SELECT snapshot_path, encode(snapshot_sha256, 'hex') AS snapshot_sha256, xlsx_path, encode(xlsx_sha256, 'hex') AS xlsx_sha256, ties
  FROM ctok.report
 WHERE run_id = $1::bigint
