-- What a member chose for themself, and whether they may come in. A member without a row has chosen nothing and may.
CREATE TABLE accounts (
  member_id    INTEGER PRIMARY KEY NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  -- Shown beside the name that they sign in with; empty for none.
  shown_name   TEXT NOT NULL DEFAULT '',
  -- Confirmed by a link that was sent there; empty for none.
  mail         TEXT NOT NULL DEFAULT '',
  theme        TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
  -- A name of the IANA database.
  time_zone    TEXT NOT NULL DEFAULT 'UTC',
  suspended_at INTEGER,
  suspended_by TEXT NOT NULL DEFAULT '',
  seen_at      INTEGER
) STRICT;

-- Links that work once: an invitation, a new password, an address to confirm. A row is a link that is open; one that was used, or taken
-- back, is gone, and its history is in the audit log.
CREATE TABLE links (
  id         INTEGER PRIMARY KEY NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('invitation', 'password', 'mail')),
  -- SHA-256 of the token.
  token_hash BLOB NOT NULL UNIQUE,
  -- Whose password or address it is; nobody's in an invitation.
  member_id  INTEGER REFERENCES members (id) ON DELETE CASCADE,
  -- Who is invited, as the inviter wrote it.
  hint       TEXT NOT NULL DEFAULT '',
  role       TEXT NOT NULL DEFAULT '',
  mail       TEXT NOT NULL DEFAULT '',
  made_by    INTEGER REFERENCES members (id) ON DELETE CASCADE,
  made_at    INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
