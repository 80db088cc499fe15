INSERT INTO meta (key, value) VALUES ('made-by', 'sample');

INSERT INTO audit (seq, body, hash) VALUES
  (1, '{"action":"site.setup","actor":{"kind":"member","name":"ana"},"at":1700000000000,"outcome":"ok","seq":1,"target":{"kind":"site","name":""}}', 'a'),
  (2, '{"action":"app.new","actor":{"kind":"member","name":"ana"},"at":1700000001000,"outcome":"ok","seq":2,"target":{"kind":"site","name":""}}', 'b'),
  (3, '{"action":"app.deploy","actor":{"kind":"member","name":"ana"},"at":1700000002000,"outcome":"asked","seq":3,"target":{"kind":"app","name":"pad.example.org"}}', 'c');

INSERT INTO members (id, name, password_hash, role, created_at) VALUES
  (1, 'ana', '$argon2id$v=19$m=65536,t=3,p=1$c2FtcGxl$c2FtcGxl', 'admin', 1700000000000),
  (2, 'Bo', '$argon2id$v=19$m=65536,t=3,p=1$c2FtcGxl$c2FtcGxl', 'viewer', 1700000000500);

INSERT INTO sessions (id, token_hash, member_id, csrf, created_at, last_active_at, ip, agent) VALUES
  (1, x'01', 1, x'02', 1700000000000, 1700000000000, '192.0.2.1', 'Browser'),
  (2, x'03', 2, x'04', 1700000000000, 1700000000000, '', '');

INSERT INTO recipes (name, origin, source, newest, status, refreshed_at) VALUES
  ('notice-board', 'https://git.example.org/notice-board.git', 'catalogue', '1.0.0+1.35.0', 3, 1700000000000),
  ('own', 'https://git.example.org/own.git', 'member', '', NULL, NULL);

INSERT INTO apps (id, name, stack, recipe, version, env_number, created_at) VALUES
  (1, 'pad.example.org', 'pad_example_org', 'notice-board', '1.0.0+1.35.0', 2, 1700000001000),
  (2, 'new.example.org', 'new_example_org', 'own', '', 1, 1700000001000);

INSERT INTO env_revisions (id, app_id, number, text, at, by, reason) VALUES
  (1, 1, 1, 'TYPE=notice-board', 1700000001000, 'ana', ''),
  (2, 1, 2, 'TYPE=notice-board:1.0.0+1.35.0', 1700000003000, 'operations', 'deployed 1.0.0+1.35.0'),
  (3, 2, 1, '', 1700000001000, 'Bo', 'empty');

INSERT INTO operations (id, app_id, kind, state, wanted, actor, nonce, audit_seq, asked_at, started_at, touched, attempts, finished_at, outcome, cause) VALUES
  (1, 1, 'deploy', 'done', '{}', '{"id":1,"name":"ana","via":{}}', 'n1', 3, 1700000002000, 1700000002100, 1, 1, 1700000003000, 'converged', ''),
  (2, 1, 'undeploy', 'queued', '{}', '{"id":1,"name":"ana","via":{}}', 'n2', 3, 1700000004000, NULL, 0, 0, NULL, '', '');

INSERT INTO operation_events (operation_id, seq, at, step, level, text) VALUES
  (1, 1, 1700000002100, 'Check the plan', 'begin', ''),
  (1, 2, 1700000002200, 'Check the plan', 'end', '');

INSERT INTO deployments (id, app_id, operation_id, recipe, version, commit_id, env_number, stack, images, at, outcome) VALUES
  (1, 1, 1, 'notice-board', '1.0.0+1.35.0', '0123456789012345678901234567890123456789', 1, '{}', '{}', 1700000003000, 'converged');
