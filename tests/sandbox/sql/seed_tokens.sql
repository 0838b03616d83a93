/* The accounts of the web service, after the learners of the seed. */
INSERT INTO mdl_user (confirmed, mnethostid, username, password, firstname, lastname, email, timecreated, timemodified) VALUES
	(1, 1, 'ctokbatch', '$6$sandbox', 'ctok', 'batch', 'ctokbatch@example.test', sandbox_now(), sandbox_now()),
	(1, 1, 'ctoklow', '$6$sandbox', 'low', 'privilege', 'ctoklow@example.test', sandbox_now(), sandbox_now());
INSERT INTO mdl_context (contextlevel, instanceid, path, depth)
SELECT 30, id, '', 2 FROM mdl_user WHERE username IN ('ctokbatch', 'ctoklow') ORDER BY id;
UPDATE mdl_context SET path = '/1/' || id WHERE path = '' AND contextlevel = 30;
INSERT INTO mdl_role_assignments (roleid, contextid, userid, timemodified, modifierid)
SELECT CASE username WHEN 'ctokbatch' THEN 9 ELSE 10 END, 1, id, sandbox_now(), 2 FROM mdl_user WHERE username IN ('ctokbatch', 'ctoklow');
INSERT INTO mdl_external_services_users (externalserviceid, userid, timecreated)
SELECT 2, id, sandbox_now() FROM mdl_user WHERE username IN ('ctokbatch', 'ctoklow');
INSERT INTO mdl_external_tokens (token, tokentype, userid, externalserviceid, contextid, creatorid, iprestriction, validuntil, timecreated, name)
SELECT t.token, 0, u.id, t.service, 1, 2, t.ip, CASE t.name WHEN 'ctok-expired' THEN sandbox_now() - 60 ELSE 0 END, sandbox_now(), t.name
FROM (VALUES ('TOKEN', 'ctokbatch', 2, NULL, 'ctok-batch'), ('5a4db0c0ffee5a4db0c0ffee5a4db0c0', 'ctokbatch', 2, NULL, 'ctok-batch'),
	('TOKEN_LOW', 'ctoklow', 2, NULL, 'ctok-low'), ('TOKEN_EXPIRED', 'ctokbatch', 2, NULL, 'ctok-expired'),
	('TOKEN_OTHER_IP', 'ctokbatch', 2, '10.9.8.7', 'ctok-ip'), ('TOKEN_SERVICE_DISABLED', 'ctokbatch', 3, NULL, 'ctok-disabled')
	) AS t (token, account, service, ip, name)
JOIN mdl_user u ON u.username = t.account;
