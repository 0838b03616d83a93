-- An account that was deleted in Moodle is no longer the person's.
DELETE FROM ctok.account a
 USING ctok.dirty_user d
 WHERE d.tenant_id = a.tenant_id AND d.site_id = a.site_id AND d.user_id = a.user_id
   AND NOT EXISTS (SELECT 1 FROM ctok.mirror_user u
                    WHERE u.tenant_id = a.tenant_id AND u.site_id = a.site_id AND u.user_id = a.user_id)
