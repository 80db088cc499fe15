-- How far the dashboard may update an app by itself, and when. An app without a row is only told of newer versions.
CREATE TABLE update_policies (
  app_id        INTEGER PRIMARY KEY NOT NULL REFERENCES apps (id),
  mode          TEXT NOT NULL CHECK (mode IN ('off', 'notify', 'patch', 'minor')),
  -- A bit for each day of the week, Monday the lowest.
  days          INTEGER NOT NULL CHECK (days BETWEEN 0 AND 127),
  from_hour     INTEGER NOT NULL CHECK (from_hour BETWEEN 0 AND 23),
  to_hour       INTEGER NOT NULL CHECK (to_hour BETWEEN 1 AND 24),
  backup_before INTEGER NOT NULL CHECK (backup_before IN (0, 1)),
  at            INTEGER NOT NULL,
  by            TEXT NOT NULL
) STRICT;

-- What the dashboard asked for by itself: each version once, and one in each window.
CREATE TABLE update_tries (
  id           INTEGER PRIMARY KEY NOT NULL,
  app_id       INTEGER NOT NULL REFERENCES apps (id),
  version      TEXT NOT NULL,
  -- When the window opened.
  window_at    INTEGER NOT NULL,
  operation_id INTEGER NOT NULL REFERENCES operations (id),
  at           INTEGER NOT NULL,
  UNIQUE (app_id, version),
  UNIQUE (app_id, window_at)
) STRICT;

-- Why the dashboard did not update an app in its last window: the newest reasons only, the history is in the audit log.
CREATE TABLE update_holds (
  app_id  INTEGER PRIMARY KEY NOT NULL REFERENCES apps (id),
  version TEXT NOT NULL,
  why     TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT;
