-- Times are milliseconds since 1970 (UTC).

CREATE TABLE meta (
  key   TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT;

-- The audit log. `body` is the entry as canonical JSON (RFC 8785); `hash` is SHA-256 over the previous hash and the body.
-- The other columns are read out of the body, so they can't say something else than it does.
CREATE TABLE audit (
  seq         INTEGER PRIMARY KEY NOT NULL,
  body        TEXT NOT NULL,
  hash        TEXT NOT NULL,
  at          INTEGER GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.at') END) VIRTUAL,
  actor       TEXT GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.actor.name') END) VIRTUAL,
  action      TEXT GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.action') END) VIRTUAL,
  target      TEXT GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.target.name') END) VIRTUAL,
  outcome     TEXT GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.outcome') END) VIRTUAL
) STRICT;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_target ON audit (target, seq);

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_gap BEFORE INSERT ON audit
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'the audit log has no gaps'); END;

CREATE TABLE members (
  id            INTEGER PRIMARY KEY NOT NULL,
  name          TEXT NOT NULL COLLATE NOCASE UNIQUE,
  password_hash TEXT NOT NULL,
  role          TEXT NOT NULL CHECK (role IN ('viewer', 'admin')),
  created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
  id             INTEGER PRIMARY KEY NOT NULL,
  token_hash     BLOB NOT NULL UNIQUE,
  member_id      INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  csrf           BLOB NOT NULL,
  created_at     INTEGER NOT NULL,
  last_active_at INTEGER NOT NULL,
  ip             TEXT NOT NULL,
  agent          TEXT NOT NULL
) STRICT;

CREATE TABLE recipes (
  name         TEXT PRIMARY KEY NOT NULL,
  origin       TEXT NOT NULL,
  category     TEXT NOT NULL DEFAULT '',
  description  TEXT NOT NULL DEFAULT '',
  source       TEXT NOT NULL CHECK (source IN ('catalogue', 'member')),
  newest       TEXT NOT NULL DEFAULT '',
  status       INTEGER,
  refreshed_at INTEGER,
  problem      TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE apps (
  id         INTEGER PRIMARY KEY NOT NULL,
  name       TEXT NOT NULL UNIQUE,
  stack      TEXT NOT NULL UNIQUE,
  recipe     TEXT NOT NULL,
  version    TEXT NOT NULL,
  env_number INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- An app's settings: the file byte for byte, each time that it was saved.
CREATE TABLE env_revisions (
  id     INTEGER PRIMARY KEY NOT NULL,
  app_id INTEGER NOT NULL REFERENCES apps (id),
  number INTEGER NOT NULL,
  text   TEXT NOT NULL,
  at     INTEGER NOT NULL,
  by     TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  UNIQUE (app_id, number)
) STRICT;

CREATE TABLE operations (
  id          INTEGER PRIMARY KEY NOT NULL,
  app_id      INTEGER NOT NULL REFERENCES apps (id),
  kind        TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
  wanted      TEXT NOT NULL,
  actor       TEXT NOT NULL,
  nonce       TEXT NOT NULL UNIQUE,
  audit_seq   INTEGER NOT NULL REFERENCES audit (seq) DEFERRABLE INITIALLY DEFERRED,
  asked_at    INTEGER NOT NULL,
  started_at  INTEGER,
  touched     INTEGER NOT NULL DEFAULT 0,
  attempts    INTEGER NOT NULL DEFAULT 0,
  finished_at INTEGER,
  outcome     TEXT NOT NULL DEFAULT '',
  cause       TEXT NOT NULL DEFAULT ''
) STRICT;
-- One live operation per app, whoever asks and however often Canteen is restarted.
CREATE UNIQUE INDEX operations_one_live ON operations (app_id) WHERE state IN ('queued', 'running');
CREATE INDEX operations_app ON operations (app_id, id);

CREATE TABLE operation_events (
  operation_id INTEGER NOT NULL REFERENCES operations (id),
  seq          INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  step         TEXT NOT NULL,
  level        TEXT NOT NULL,
  text         TEXT NOT NULL,
  PRIMARY KEY (operation_id, seq)
) STRICT;

-- What a deployment was, whole.
CREATE TABLE deployments (
  id           INTEGER PRIMARY KEY NOT NULL,
  app_id       INTEGER NOT NULL REFERENCES apps (id),
  operation_id INTEGER NOT NULL UNIQUE REFERENCES operations (id),
  recipe       TEXT NOT NULL,
  version      TEXT NOT NULL,
  commit_id    TEXT NOT NULL,
  env_number   INTEGER NOT NULL,
  stack        TEXT NOT NULL,
  images       TEXT NOT NULL,
  at           INTEGER NOT NULL,
  outcome      TEXT NOT NULL
) STRICT;
CREATE INDEX deployments_app ON deployments (app_id, id);
