DELETE FROM sessions WHERE issuer <> '';
ALTER TABLE sessions DROP COLUMN strong;
ALTER TABLE sessions DROP COLUMN issuer;
DROP TABLE identities;
DROP TABLE identity_teams;
DROP TABLE identity_provider;
