INSERT INTO passkeys (id, member_id, name, credential, text, added_at, used_at) VALUES
  (1, 1, 'Phone', x'c1', '{}', 1700000012000, NULL),
  (2, 2, 'Key on the ring', x'c2', '{}', 1700000012000, 1700000013000);
