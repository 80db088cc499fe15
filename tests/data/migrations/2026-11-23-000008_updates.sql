INSERT INTO update_policies (app_id, mode, days, from_hour, to_hour, backup_before, at, by) VALUES
  (1, 'minor', 96, 22, 3, 1, 1700000007000, 'ana'),
  (2, 'off', 0, 0, 24, 0, 1700000007000, 'ana');

INSERT INTO update_tries (id, app_id, version, window_at, operation_id, at) VALUES
  (1, 1, '1.0.0+1.35.0', 1700000007000, 1, 1700000007500);

INSERT INTO update_holds (app_id, version, why, at) VALUES
  (1, '1.1.0+1.36.0', 'a note asks for hands', 1700000008000);
