-- The live actions that the brakes judge.
INSERT INTO brake_item
SELECT item_id, kind, site_id, target_id, foreseen, apart
  FROM rule.brake_action
 WHERE tenant_id = ctok.current_tenant() AND NOT trial
