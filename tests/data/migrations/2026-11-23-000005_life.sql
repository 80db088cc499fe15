INSERT INTO chosen_replicas (app_id, service, count, at, by) VALUES
  (1, 'app', 3, 1700000005000, 'ana'),
  (1, 'worker', 0, 1700000005000, 'ana');

INSERT INTO removed_apps (app_id, name, stack, at, by) VALUES
  (2, 'new.example.org', 'new_example_org', 1700000006000, 'ana');
