-- Where entries were taken out of the log because a file holds them: the last entry of each file, and its hash. The chain goes on
-- from the newest of these.
CREATE TABLE audit_seals (
  seq         INTEGER PRIMARY KEY NOT NULL,
  hash        TEXT NOT NULL,
  file_sha256 TEXT NOT NULL,
  at          INTEGER NOT NULL
) STRICT;

CREATE TRIGGER audit_seals_no_update BEFORE UPDATE ON audit_seals
BEGIN SELECT RAISE(ABORT, 'seals of the audit log stay as they are'); END;
CREATE TRIGGER audit_seals_no_delete BEFORE DELETE ON audit_seals
BEGIN SELECT RAISE(ABORT, 'seals of the audit log stay as they are'); END;
-- Only behind an entry that is there, with its hash, and never behind the newest one.
CREATE TRIGGER audit_seals_fit BEFORE INSERT ON audit_seals
WHEN NOT EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq AND hash = NEW.hash)
  OR NOT EXISTS (SELECT 1 FROM audit WHERE seq > NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the audit log has no such entry to seal'); END;

-- Entries that go are looked for among those that operations point at.
CREATE INDEX operations_audit ON operations (audit_seq);

-- What was sealed may go; nothing else may.
DROP TRIGGER audit_no_delete;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
WHEN OLD.seq > COALESCE((SELECT MAX(seq) FROM audit_seals), 0)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
