-- Above the limit all mails that nobody approved wait; they keep their state. What is held no longer is sent.
UPDATE ctok.outbox o
   SET held_why = CASE WHEN o.held_why = '' THEN 'brake' ELSE '' END
 WHERE o.state IN ('queued', 'deferred', 'doubt')
   AND (o.held_why <> '') IS DISTINCT FROM
       (EXISTS (SELECT 1 FROM brake_item i WHERE i.item_id = o.mail_id)
        AND EXISTS (SELECT 1 FROM ctok.hold h WHERE h.tenant_id = o.tenant_id AND h.standing AND h.kind = 'mail'))
