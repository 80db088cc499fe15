-- What has to be approved before it is done, and where.
CREATE TABLE approval_rules (
  id           INTEGER PRIMARY KEY NOT NULL,
  -- The stable words of kinds with blanks between them.
  kinds        TEXT NOT NULL,
  -- Neither of the two: everything.
  tag          TEXT,
  app_id       INTEGER REFERENCES apps (id),
  -- So many approvals, or so many hours without an objection; the other one is 0.
  approvals    INTEGER NOT NULL,
  quiet_hours  INTEGER NOT NULL,
  expires_days INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  by           TEXT NOT NULL,
  CHECK (tag IS NULL OR app_id IS NULL),
  CHECK ((approvals > 0) <> (quiet_hours > 0))
) STRICT;

-- What somebody asked for and waits for approval, exactly as it was shown. What was asked for (`wanted`) is kept for as long as it
-- waits: afterwards it stands with the operation, or nowhere.
CREATE TABLE approval_requests (
  id           INTEGER PRIMARY KEY NOT NULL,
  app_id       INTEGER NOT NULL REFERENCES apps (id),
  kind         TEXT NOT NULL,
  what         TEXT NOT NULL,
  wanted       TEXT NOT NULL,
  plan_hash    TEXT NOT NULL,
  actor        TEXT NOT NULL,
  nonce        TEXT NOT NULL UNIQUE,
  approvals    INTEGER NOT NULL,
  quiet_hours  INTEGER NOT NULL,
  asked_at     INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  state        TEXT NOT NULL
               CHECK (state IN ('waiting', 'started', 'objected', 'withdrawn', 'expired', 'void', 'replaced')),
  ended_at     INTEGER,
  -- Why it ended, for people.
  why          TEXT NOT NULL DEFAULT '',
  operation_id INTEGER UNIQUE REFERENCES operations (id),
  CHECK ((state = 'started') = (operation_id IS NOT NULL)),
  CHECK ((state = 'waiting') = (ended_at IS NULL))
) STRICT;
CREATE INDEX approval_requests_waiting ON approval_requests (app_id) WHERE state = 'waiting';

CREATE TABLE approval_votes (
  request_id INTEGER NOT NULL REFERENCES approval_requests (id),
  member_id  INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  verdict    TEXT NOT NULL CHECK (verdict IN ('approved', 'objected', 'overridden')),
  reason     TEXT NOT NULL DEFAULT '',
  at         INTEGER NOT NULL,
  PRIMARY KEY (request_id, member_id, verdict)
) STRICT;
