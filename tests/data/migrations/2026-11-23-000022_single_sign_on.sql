INSERT INTO identity_provider (id, issuer, client_id, sealed, label, scopes, group_claim, strong_acr, provision) VALUES
  (1, 'https://id.example.org/realms/co-op', 'canteen', x'01aabbcc', 'the co-op', 'groups', 'groups', 'gold', 1);

INSERT INTO identity_teams (group_name, team_id) VALUES ('board', 1);

INSERT INTO identities (id, member_id, issuer, subject, name, linked_at, used_at) VALUES
  (1, 1, 'https://id.example.org/realms/co-op', 'f3:ana', 'ana', 1700000010000, NULL);
