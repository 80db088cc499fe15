-- Authenticator apps: one for each member who has some. `sealed` is the shared secret, encrypted with the data key in keys/, whose id
-- stands beside it. A code of the step `last_step`, or of an earlier one, is never taken again.
CREATE TABLE totp_factors (
  member_id INTEGER PRIMARY KEY NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  sealed    BLOB NOT NULL,
  key_id    TEXT NOT NULL,
  last_step INTEGER NOT NULL,
  added_at  INTEGER NOT NULL
) STRICT;

-- Recovery codes: a keyed hash of each, made with the same key. Those that were used stay, so that the page can count them.
CREATE TABLE recovery_codes (
  id        INTEGER PRIMARY KEY NOT NULL,
  member_id INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  hash      BLOB NOT NULL,
  key_id    TEXT NOT NULL,
  made_at   INTEGER NOT NULL,
  used_at   INTEGER,
  UNIQUE (member_id, hash)
) STRICT;

-- How far a sign-in came: `code` waits for the second factor and may do nothing else, `review` came in by a recovery code and has to
-- look through the factors first.
ALTER TABLE sessions ADD COLUMN stage TEXT NOT NULL DEFAULT 'full' CHECK (stage IN ('code', 'review', 'full'));
-- When password and code were last given. Sessions from before are asked for them again.
ALTER TABLE sessions ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0;
