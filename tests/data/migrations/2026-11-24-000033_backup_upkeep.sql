INSERT INTO snapshot_marks (app_id, snapshot, gone_at, pinned_at, pinned_by) VALUES
  (1, 'abababababababababababababababababababababababababababababababab', NULL, 1700000052000, 'ana'),
  (1, 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd', 1700000053000, NULL, '');
INSERT INTO repository_upkeep (id, repository_id, work, part, asked_at, asked_by, began_at, ended_at, outcome, told) VALUES
  (1, 1, 'data', 3, 1700000060000, '', 1700000060000, 1700000061000, 'damaged', 'pack 4f2a is damaged'),
  (2, 1, 'prune', 0, 1700000070000, 'ana', NULL, NULL, '', '');
INSERT INTO dashboard_hosts (host, first_at) VALUES ('4f2a90c1d3e5', 1700000000000);
