INSERT INTO audit_seals (seq, hash, file_sha256, at) VALUES
  (1, 'a', 'f1', 1700000004000);
