INSERT INTO recovery_holders (id, name, recipient, fingerprint, challenge, digest, added_at, added_by, proven_at, removed_at, removed_by) VALUES
  (1, 'Ana', 'age1x', '0a0a0a0a0a0a0a0a', 'armoured', x'01', 1700000012000, 'ana', 1700000013000, NULL, ''),
  (2, 'Ben', 'age1y', '0b0b0b0b0b0b0b0b', 'armoured', x'02', 1700000012000, 'ana', NULL, 1700000014000, 'ana');
INSERT INTO secret_escrow (id, app_id, name, swarm_id, version, ciphertext, recipients, source, at, gone_at) VALUES
  (1, 1, 'pad_example_org_password_v1', 'k3', 'v1', 'armoured', '0a0a0a0a0a0a0a0a 0b0b0b0b0b0b0b0b', 'generated', 1700000013000, NULL);
