INSERT INTO approval_rules (id, kinds, tag, app_id, approvals, quiet_hours, expires_days, at, by) VALUES
  (1, 'deploy chaos', NULL, NULL, 2, 0, 7, 1700000012000, 'ana'),
  (2, 'remove', 'web', NULL, 0, 24, 7, 1700000012000, 'ana'),
  (3, 'restart', NULL, 1, 1, 0, 1, 1700000012000, 'Bo');

INSERT INTO approval_requests (id, app_id, kind, what, wanted, plan_hash, actor, nonce, approvals, quiet_hours, asked_at, expires_at, state, ended_at, why, operation_id) VALUES
  (1, 1, 'deploy', 'Deploy 1.0.0', '', 'abc', '{"id":1,"name":"ana","via":{}}', 'n1', 2, 0, 1700000013000, 1700604813000, 'started', 1700000014000, '', 1),
  (2, 1, 'restart', 'Restart app', '{}', 'def', '{"id":2,"name":"Bo","via":{}}', 'held', 1, 24, 1700000013000, 1700604813000, 'waiting', NULL, '', NULL);

INSERT INTO approval_votes (request_id, member_id, name, verdict, reason, at) VALUES
  (1, 2, 'Bo', 'approved', '', 1700000013500);
