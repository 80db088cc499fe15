INSERT INTO accounts (member_id, shown_name, mail, theme, time_zone, suspended_at, suspended_by, seen_at) VALUES
  (1, 'Ana of the kitchen', 'ana@example.org', 'dark', 'Europe/Berlin', NULL, '', 1700000008000),
  (2, '', '', 'system', 'UTC', 1700000009000, 'ana', NULL);

INSERT INTO links (id, kind, token_hash, member_id, hint, role, mail, made_by, made_at, expires_at) VALUES
  (1, 'invitation', x'05', NULL, 'Cem', 'viewer', 'cem@example.org', 1, 1700000008000, 1700259208000),
  (2, 'password', x'06', 2, '', '', '', 1, 1700000008000, 1700001808000),
  (3, 'mail', x'07', 1, '', '', 'ana@example.net', 1, 1700000008000, 1700086408000);
