INSERT INTO backup_runs (id, operation_id, app_id, repository_id, kind, outcome, cause, node, volumes, snapshot, files, bytes, packed, warnings, began_at, ended_at) VALUES
  (1, 1, 1, 1, 'manual', 'succeeded', '', 'node-1', '["wiki_data"]', 'abababababababababababababababababababababababababababababababab', 12, 3400, 900, 0, 1700000050000, 1700000051000),
  (2, 1, 1, 1, 'scheduled', 'failed', 'no node takes the runner', 'node-1', '["wiki_data"]', '', 0, 0, 0, 0, 1700000060000, 1700000061000);
