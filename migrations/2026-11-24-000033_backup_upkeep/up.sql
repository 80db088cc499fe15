-- What became of a snapshot of an app, and what somebody wants to become of it.
CREATE TABLE snapshot_marks (
  app_id    INTEGER NOT NULL REFERENCES apps (id),
  -- restic's whole id.
  snapshot  TEXT NOT NULL CHECK (length(snapshot) = 64),
  -- Since when it is known to be in its repository no more: it was given up, or somebody removed it there.
  gone_at   INTEGER,
  -- Since when it stays whatever the schedules say, and who wants that.
  pinned_at INTEGER,
  pinned_by TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (app_id, snapshot)
) STRICT;

-- What is done to a repository again and again, beside backups. A row that was begun and never ended was cut off.
CREATE TABLE repository_upkeep (
  id            INTEGER PRIMARY KEY NOT NULL,
  repository_id INTEGER NOT NULL REFERENCES backup_repositories (id),
  -- structure: whether everything that snapshots need is there. data: and whether it can be read, of one part of it. prune: what no
  -- snapshot needs is removed.
  work          TEXT NOT NULL CHECK (work IN ('structure', 'data', 'prune')),
  -- Which part of the data; 0 for all else.
  part          INTEGER NOT NULL CHECK (part >= 0),
  asked_at      INTEGER NOT NULL,
  -- The member who asked; empty where its time had come.
  asked_by      TEXT NOT NULL,
  began_at      INTEGER,
  ended_at      INTEGER,
  -- done: nothing is wrong. damaged: it found damage. failed: it could not be done. lost: it was cut off. Empty while it is not over.
  outcome       TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'done', 'damaged', 'failed', 'lost')),
  -- What came out, for people.
  told          TEXT NOT NULL DEFAULT '',
  CHECK ((ended_at IS NULL) = (outcome = ''))
) STRICT;

CREATE INDEX repository_upkeep_of ON repository_upkeep (repository_id, id);

-- Names of the machines that the dashboard ran on, as it knew itself there. A lock that it left behind bears one of them.
CREATE TABLE dashboard_hosts (
  host     TEXT PRIMARY KEY NOT NULL,
  first_at INTEGER NOT NULL
) STRICT;
