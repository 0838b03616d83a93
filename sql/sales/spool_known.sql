-- Which of these deliveries (hex hashes, a JSON list $2) source $1 has brought before, and in which file.
SELECT encode(n.nonce_hash, 'hex') AS nonce, encode(n.file_hash, 'hex') AS file
  FROM ctok.spool_nonce n
  JOIN ctok.source s ON s.tenant_id = n.tenant_id AND s.source_id = n.source_id AND s.name = $1
 WHERE n.tenant_id = ctok.current_tenant()
   AND n.nonce_hash IN (SELECT decode(j, 'hex') FROM jsonb_array_elements_text($2::jsonb) j)
