INSERT INTO mail_settings (id, host, port, security, username, sender) VALUES
  (1, 'mail.example.org', 587, 'starttls', 'canteen', 'canteen@example.org');

INSERT INTO letters (id, recipient, kind, facts, seed, made_at, due_at, tries, problem) VALUES
  (1, 'ana@example.org', 'new_device', '{"ip":"192.0.2.1"}', NULL, 1700000008000, 1700000008000, 0, ''),
  (2, 'cem@example.org', 'invitation', '{"by":"ana","role":"viewer"}', x'08', 1700000008000, 1700000068000, 1, 'connection refused');
