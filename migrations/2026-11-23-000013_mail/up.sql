-- Where letters go out. No row: there is no mail. The password lies in a file of its own.
CREATE TABLE mail_settings (
  id       INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  host     TEXT NOT NULL,
  port     INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
  security TEXT NOT NULL CHECK (security IN ('tls', 'starttls', 'none')),
  username TEXT NOT NULL,
  sender   TEXT NOT NULL
) STRICT;

-- Letters on their way; one that was sent, or given up, is gone.
CREATE TABLE letters (
  id        INTEGER PRIMARY KEY NOT NULL,
  recipient TEXT NOT NULL,
  kind      TEXT NOT NULL,
  -- What the text is made of, as JSON.
  facts     TEXT NOT NULL,
  -- The token of the letter's link is a keyed hash of this: who has the database alone can't make it.
  seed      BLOB,
  made_at   INTEGER NOT NULL,
  due_at    INTEGER NOT NULL,
  tries     INTEGER NOT NULL DEFAULT 0,
  problem   TEXT NOT NULL DEFAULT ''
) STRICT;
