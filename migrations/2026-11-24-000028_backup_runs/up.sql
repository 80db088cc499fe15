-- What each runner of a backup made: an operation has one for each node that holds volumes of the app. Written with the operation's end.
CREATE TABLE backup_runs (
  id            INTEGER PRIMARY KEY NOT NULL,
  operation_id  INTEGER NOT NULL REFERENCES operations (id),
  app_id        INTEGER NOT NULL REFERENCES apps (id),
  repository_id INTEGER NOT NULL REFERENCES backup_repositories (id),
  kind          TEXT NOT NULL CHECK (kind IN ('scheduled', 'manual', 'pre-upgrade', 'pre-restore', 'state')),
  outcome       TEXT NOT NULL CHECK (outcome IN ('succeeded', 'partial', 'failed', 'cancelled')),
  -- Why; empty if there is nothing to explain.
  cause         TEXT NOT NULL,
  -- The host name of the node.
  node          TEXT NOT NULL,
  -- Full names of the volumes, as a list in JSON.
  volumes       TEXT NOT NULL,
  -- restic's id; empty if none was made.
  snapshot      TEXT NOT NULL,
  files         INTEGER NOT NULL,
  bytes         INTEGER NOT NULL,
  -- Bytes that the repository grew by.
  packed        INTEGER NOT NULL,
  -- Files that could not be read, and other doubts.
  warnings      INTEGER NOT NULL,
  began_at      INTEGER NOT NULL,
  ended_at      INTEGER NOT NULL,
  -- Nothing is green without a snapshot.
  CHECK (outcome NOT IN ('succeeded', 'partial') OR length(snapshot) = 64)
) STRICT;
CREATE INDEX backup_runs_of_app ON backup_runs (app_id, id);
