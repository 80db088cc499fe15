INSERT INTO totp_factors (member_id, sealed, key_id, last_step, added_at) VALUES
  (1, x'01aabbcc', '0123456789abcdef', 56666666, 1700000010000);

INSERT INTO recovery_codes (id, member_id, hash, key_id, made_at, used_at) VALUES
  (1, 1, x'a1', '0123456789abcdef', 1700000010000, NULL),
  (2, 1, x'a2', '0123456789abcdef', 1700000010000, 1700000011000);
