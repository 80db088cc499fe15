-- The identity provider that members may sign in with. No row: there is none.
CREATE TABLE identity_provider (
  id          INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  issuer      TEXT NOT NULL,
  client_id   TEXT NOT NULL,
  -- The client secret, encrypted with the data key in keys/.
  sealed      BLOB NOT NULL,
  -- What the button says.
  label       TEXT NOT NULL,
  scopes      TEXT NOT NULL,
  -- The claim that holds the groups of somebody; empty: nobody looks at groups.
  group_claim TEXT NOT NULL,
  -- Values of `acr` that stand for a second factor, separated by blanks.
  strong_acr  TEXT NOT NULL,
  -- Whether whoever signs in there becomes a member by it, without any rights.
  provision   INTEGER NOT NULL CHECK (provision IN (0, 1))
) STRICT;

-- Groups of the provider and the teams that they fill.
CREATE TABLE identity_teams (
  group_name TEXT NOT NULL,
  team_id    INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  PRIMARY KEY (group_name, team_id)
) STRICT;

-- Accounts at a provider by which members sign in. The key is issuer and subject; the name is for people and decides nothing.
CREATE TABLE identities (
  id        INTEGER PRIMARY KEY NOT NULL,
  member_id INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  issuer    TEXT NOT NULL,
  subject   TEXT NOT NULL,
  name      TEXT NOT NULL DEFAULT '',
  linked_at INTEGER NOT NULL,
  used_at   INTEGER,
  UNIQUE (issuer, subject)
) STRICT;

-- By which provider a session began; empty for a password. `strong`: the provider says that more than a password was given.
ALTER TABLE sessions ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN strong INTEGER NOT NULL DEFAULT 0 CHECK (strong IN (0, 1));
