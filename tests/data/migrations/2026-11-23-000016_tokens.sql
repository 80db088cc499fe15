INSERT INTO tokens (id, public, hash, member_id, name, scopes, app_id, network, created_at, expires_at, ended_at, ended_by, last_used_at, last_used_ip) VALUES
  (1, 'Ab3dEf7h', x'01', 1, 'ci', 'app.view app.deploy', 1, '10.0.0.0/8', 1700000009000, 1707776009000, NULL, '', 1700000010000, '10.1.2.3'),
  (2, 'Zz9yXx8w', x'02', 1, 'old', 'app.view', NULL, NULL, 1700000009000, 1707776009000, 1700000011000, 'ana', NULL, '');
