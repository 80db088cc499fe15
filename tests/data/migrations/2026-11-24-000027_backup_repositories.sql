INSERT INTO backup_repositories (id, name, place, password, credentials, adopted, append_only, state, restic_id, kit_hash, kit_at, made_at, activated_at, checked_at, trouble, trouble_at) VALUES
  (1, 'Attic', '{"kind":"local","path":"/srv/backups"}', x'01aabb', x'01ccdd', 0, 0, 'active', 'b1946ac92492d2347c6235b4d2611184', x'0102', 1700000010000, 1700000000000, 1700000020000, 1700000030000, '', NULL),
  (2, 'Cellar', '{"kind":"rest","url":"https://b.example.org/"}', x'01aabb', x'01ccdd', 1, 1, 'new', '', NULL, NULL, 1700000000000, NULL, NULL, 'it does not answer', 1700000040000);
