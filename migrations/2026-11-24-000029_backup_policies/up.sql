-- When backups are made by themselves, how, and how long they are kept.
CREATE TABLE backup_policies (
  id             INTEGER PRIMARY KEY NOT NULL,
  -- Of this app; NULL for one of the default, which every app follows that has none of its own.
  app_id         INTEGER REFERENCES apps (id),
  repository_id  INTEGER NOT NULL REFERENCES backup_repositories (id),
  -- Five fields, and the IANA name of the time zone whose clock they are read from.
  cron           TEXT NOT NULL,
  zone           TEXT NOT NULL,
  keep_last      INTEGER NOT NULL CHECK (keep_last BETWEEN 0 AND 1000),
  keep_hourly    INTEGER NOT NULL CHECK (keep_hourly BETWEEN 0 AND 1000),
  keep_daily     INTEGER NOT NULL CHECK (keep_daily BETWEEN 0 AND 1000),
  keep_weekly    INTEGER NOT NULL CHECK (keep_weekly BETWEEN 0 AND 1000),
  keep_monthly   INTEGER NOT NULL CHECK (keep_monthly BETWEEN 0 AND 1000),
  keep_yearly    INTEGER NOT NULL CHECK (keep_yearly BETWEEN 0 AND 1000),
  mode           TEXT NOT NULL CHECK (mode IN ('dump', 'stopped', 'live')),
  on_hook_error  TEXT NOT NULL CHECK (on_hook_error IN ('partial', 'abort')),
  -- Seconds.
  hook_timeout_s INTEGER NOT NULL CHECK (hook_timeout_s BETWEEN 10 AND 86400),
  enabled        INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  -- When it was made or changed.
  at             INTEGER NOT NULL
) STRICT;

CREATE INDEX backup_policies_app ON backup_policies (app_id);

-- Apps that are not backed up by themselves, though there is a default.
CREATE TABLE backup_exempt (
  app_id INTEGER PRIMARY KEY NOT NULL REFERENCES apps (id),
  at     INTEGER NOT NULL,
  by     TEXT NOT NULL
) STRICT;

-- When each policy was last acted on for each app. The next time follows from it.
CREATE TABLE backup_turns (
  policy_id INTEGER NOT NULL REFERENCES backup_policies (id) ON DELETE CASCADE,
  app_id    INTEGER NOT NULL REFERENCES apps (id),
  at        INTEGER NOT NULL,
  PRIMARY KEY (policy_id, app_id)
) STRICT;
