-- Who can recover the co-op's secrets: the public halves of keys of age. The secret halves are never here.
CREATE TABLE recovery_holders (
  id          INTEGER PRIMARY KEY NOT NULL,
  name        TEXT NOT NULL,
  -- `age1…`.
  recipient   TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  -- A word that only the holder can read, and the SHA-256 of it: another one after each time that it was said.
  challenge   TEXT NOT NULL,
  digest      BLOB NOT NULL,
  added_at    INTEGER NOT NULL,
  added_by    TEXT NOT NULL,
  proven_at   INTEGER,
  removed_at  INTEGER,
  removed_by  TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX recovery_holders_name ON recovery_holders (name COLLATE NOCASE) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX recovery_holders_recipient ON recovery_holders (recipient) WHERE removed_at IS NULL;

-- Values of secrets, each encrypted to those who held a recovery key at the time. Canteen can't read them.
CREATE TABLE secret_escrow (
  id         INTEGER PRIMARY KEY NOT NULL,
  app_id     INTEGER NOT NULL REFERENCES apps (id),
  -- The name on the Swarm, and the id there: another secret may get the name later.
  name       TEXT NOT NULL,
  swarm_id   TEXT NOT NULL,
  -- Empty for a name without one.
  version    TEXT NOT NULL,
  -- Armoured.
  ciphertext TEXT NOT NULL,
  -- Fingerprints with blanks between.
  recipients TEXT NOT NULL,
  source     TEXT NOT NULL CHECK (source IN ('generated', 'inserted', 'harvested')),
  at         INTEGER NOT NULL,
  -- Since when the Swarm has it no longer.
  gone_at    INTEGER
) STRICT;
CREATE INDEX secret_escrow_app ON secret_escrow (app_id);
