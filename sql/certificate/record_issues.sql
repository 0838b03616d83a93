-- What became of them. $1: issues, $2: states, $3: failures, $4: files, $5: hashes in hex, $6: what refused ones were tried with.
UPDATE ctok.issue i
   SET state = r.state, failure = r.failure, pdf_file = r.file, pdf_sha256 = decode(r.hash, 'hex'), refused_with = r.tried
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS r(issue_id, state, failure, file, hash, tried)
 WHERE i.tenant_id = ctok.current_tenant() AND i.issue_id = r.issue_id
