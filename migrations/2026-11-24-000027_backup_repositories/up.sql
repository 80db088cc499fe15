-- Where backups go. `place` is where a repository lies, as JSON and without anything that lets somebody in; `password` (which its data
-- is encrypted with) and `credentials` (which let us in there) are encrypted with the data key in keys/, each for this row alone.
-- A row is never deleted: whoever finds a backup some day has to learn which password opens it.
CREATE TABLE backup_repositories (
  id           INTEGER PRIMARY KEY NOT NULL,
  name         TEXT NOT NULL UNIQUE,
  place        TEXT NOT NULL CHECK (json_extract(place, '$.kind') IN ('local', 'rest', 's3', 'sftp')),
  password     BLOB NOT NULL,
  credentials  BLOB NOT NULL,
  -- Whether it was there before, and the password was brought; else it is made here.
  adopted      INTEGER NOT NULL CHECK (adopted IN (0, 1)),
  -- Whether what lies there can't be removed by us, so that nothing is given up.
  append_only  INTEGER NOT NULL CHECK (append_only IN (0, 1)),
  -- new: nobody has seen it yet. ready: it answered, and waits for its recovery kit. active: it takes backups. broken: it did, and
  -- something is wrong with it. retired: it takes none any more; its data stays.
  state        TEXT NOT NULL CHECK (state IN ('new', 'ready', 'active', 'broken', 'retired')),
  -- restic's own id of it; empty while it is new.
  restic_id    TEXT NOT NULL DEFAULT '',
  -- A keyed hash of the check code on the newest recovery kit.
  kit_hash     BLOB,
  kit_at       INTEGER,
  made_at      INTEGER NOT NULL,
  activated_at INTEGER,
  -- When it answered last.
  checked_at   INTEGER,
  -- What went wrong the last time, for people; empty if nothing did.
  trouble      TEXT NOT NULL DEFAULT '',
  trouble_at   INTEGER,
  CHECK ((state = 'new') = (restic_id = '') OR state = 'retired'),
  CHECK (state <> 'active' OR activated_at IS NOT NULL)
) STRICT;
