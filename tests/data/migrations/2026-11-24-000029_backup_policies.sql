INSERT INTO backup_policies (id, app_id, repository_id, cron, zone, keep_last, keep_hourly, keep_daily, keep_weekly, keep_monthly, keep_yearly, mode, on_hook_error, hook_timeout_s, enabled, at) VALUES
  (1, NULL, 1, '30 3 * * *', 'Europe/Berlin', 0, 0, 7, 5, 12, 0, 'dump', 'partial', 3600, 1, 1700000010000),
  (2, 1, 1, '0 */6 * * *', 'UTC', 4, 24, 7, 0, 0, 1, 'stopped', 'abort', 60, 0, 1700000011000);

INSERT INTO backup_exempt (app_id, at, by) VALUES
  (2, 1700000012000, 'Bo');

INSERT INTO backup_turns (policy_id, app_id, at) VALUES
  (1, 1, 1700000013000);
