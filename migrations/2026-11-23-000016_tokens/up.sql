-- API tokens of members. The token itself is never stored: `hash` is its SHA-256, `public` the part that it is spoken of by.
CREATE TABLE tokens (
  id           INTEGER PRIMARY KEY NOT NULL,
  public       TEXT NOT NULL UNIQUE,
  hash         BLOB NOT NULL UNIQUE,
  member_id    INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  name         TEXT NOT NULL,
  -- Words of permissions with blanks between.
  scopes       TEXT NOT NULL,
  -- The only app that it is for; for all of the owner's where there is none.
  app_id       INTEGER REFERENCES apps (id),
  -- Addresses that it may come from, such as 10.0.0.0/8; from everywhere where there is none.
  network      TEXT,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL CHECK (expires_at > created_at),
  ended_at     INTEGER,
  ended_by     TEXT NOT NULL DEFAULT '',
  -- Written down once a minute at most.
  last_used_at INTEGER,
  last_used_ip TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX tokens_member ON tokens (member_id);
