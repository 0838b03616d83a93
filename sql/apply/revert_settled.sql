-- What settling told.
UPDATE undo_item i
   SET state = a.state
  FROM ctok.action a
 WHERE a.tenant_id = ctok.current_tenant() AND a.action_id = i.action_id AND a.state <> i.state
