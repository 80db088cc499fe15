-- Passkeys: public keys, so nothing in here is secret. `text` is the whole credential as its library writes it, with the counter of its
-- last use.
CREATE TABLE passkeys (
  id         INTEGER PRIMARY KEY NOT NULL,
  member_id  INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  credential BLOB NOT NULL UNIQUE,
  text       TEXT NOT NULL,
  added_at   INTEGER NOT NULL,
  used_at    INTEGER
) STRICT;
CREATE INDEX passkeys_member ON passkeys (member_id);
