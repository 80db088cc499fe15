-- What was given at the sign-in beside the password, or beside the word of the provider in `issuer`: none, app, recovery code, passkey;
-- or a passkey alone. Empty: it began before this was kept.
ALTER TABLE sessions ADD COLUMN factor TEXT NOT NULL DEFAULT ''
  CHECK (factor IN ('', 'none', 'app', 'recovery code', 'passkey', 'passkey alone'));
