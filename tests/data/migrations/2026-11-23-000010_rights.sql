INSERT INTO teams (id, name, created_at) VALUES (1, 'Web', 1700000005000);
INSERT INTO team_members (team_id, member_id, added_at, added_by) VALUES (1, 2, 1700000005000, 'ana');
INSERT INTO roles (id, name, permissions, created_at) VALUES (1, 'Backup friend', 'app.view backup.view backup.run', 1700000005000);
INSERT INTO app_tags (app_id, tag) VALUES (1, 'web'), (2, 'web');
INSERT INTO grants (id, member_id, team_id, bundle, role_id, tag, app_id, expires_at, granted_at, granted_by) VALUES
  (10, NULL, 1, 'operator', NULL, 'web', NULL, NULL, 1700000005000, 'ana'),
  (11, 2, NULL, NULL, 1, NULL, 1, 1800000000000, 1700000005000, 'ana');
