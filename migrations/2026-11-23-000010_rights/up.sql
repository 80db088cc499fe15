CREATE TABLE teams (
  id         INTEGER PRIMARY KEY NOT NULL,
  name       TEXT NOT NULL COLLATE NOCASE UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE team_members (
  team_id   INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  member_id INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
  added_at  INTEGER NOT NULL,
  added_by  TEXT NOT NULL,
  PRIMARY KEY (team_id, member_id)
) STRICT;
CREATE INDEX team_members_member ON team_members (member_id);

-- A co-op's own roles. `permissions` are the stable words of permissions with blanks between them.
CREATE TABLE roles (
  id          INTEGER PRIMARY KEY NOT NULL,
  name        TEXT NOT NULL COLLATE NOCASE UNIQUE,
  permissions TEXT NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE app_tags (
  app_id INTEGER NOT NULL REFERENCES apps (id),
  tag    TEXT NOT NULL,
  PRIMARY KEY (app_id, tag)
) STRICT;
CREATE INDEX app_tags_tag ON app_tags (tag);

-- A role for a member or a team: over everything, over all apps that have a tag, or over one app.
CREATE TABLE grants (
  id         INTEGER PRIMARY KEY NOT NULL,
  member_id  INTEGER REFERENCES members (id) ON DELETE CASCADE,
  team_id    INTEGER REFERENCES teams (id) ON DELETE CASCADE,
  -- One of the roles that come with the product, or one of the co-op's own.
  bundle     TEXT CHECK (bundle IN ('viewer', 'auditor', 'operator', 'maintainer', 'admin')),
  role_id    INTEGER REFERENCES roles (id),
  -- Neither of the two: everything.
  tag        TEXT,
  app_id     INTEGER REFERENCES apps (id),
  expires_at INTEGER,
  granted_at INTEGER NOT NULL,
  granted_by TEXT NOT NULL,
  CHECK ((member_id IS NULL) <> (team_id IS NULL)),
  CHECK ((bundle IS NULL) <> (role_id IS NULL)),
  CHECK (tag IS NULL OR app_id IS NULL)
) STRICT;
CREATE INDEX grants_member ON grants (member_id);
CREATE INDEX grants_team ON grants (team_id);

INSERT INTO grants (member_id, bundle, granted_at, granted_by)
SELECT id, role, created_at, 'before there were grants' FROM members;
ALTER TABLE members DROP COLUMN role;

-- Counts every change of what rights are worked out from, whoever makes it: what was worked out before is worked out anew.
CREATE TABLE rights_state (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  n  INTEGER NOT NULL
) STRICT;
INSERT INTO rights_state (id, n) VALUES (1, 1);

CREATE TRIGGER rights_grants_insert AFTER INSERT ON grants BEGIN UPDATE rights_state SET n = n + 1; END;
CREATE TRIGGER rights_grants_update AFTER UPDATE ON grants BEGIN UPDATE rights_state SET n = n + 1; END;
CREATE TRIGGER rights_grants_delete AFTER DELETE ON grants BEGIN UPDATE rights_state SET n = n + 1; END;
CREATE TRIGGER rights_team_members_insert AFTER INSERT ON team_members BEGIN UPDATE rights_state SET n = n + 1; END;
CREATE TRIGGER rights_team_members_delete AFTER DELETE ON team_members BEGIN UPDATE rights_state SET n = n + 1; END;
CREATE TRIGGER rights_roles_update AFTER UPDATE ON roles BEGIN UPDATE rights_state SET n = n + 1; END;
CREATE TRIGGER rights_app_tags_insert AFTER INSERT ON app_tags BEGIN UPDATE rights_state SET n = n + 1; END;
CREATE TRIGGER rights_app_tags_delete AFTER DELETE ON app_tags BEGIN UPDATE rights_state SET n = n + 1; END;
CREATE TRIGGER rights_apps_insert AFTER INSERT ON apps BEGIN UPDATE rights_state SET n = n + 1; END;
CREATE TRIGGER rights_apps_update AFTER UPDATE OF name ON apps BEGIN UPDATE rights_state SET n = n + 1; END;
CREATE TRIGGER rights_removed_apps_insert AFTER INSERT ON removed_apps BEGIN UPDATE rights_state SET n = n + 1; END;
CREATE TRIGGER rights_members_update AFTER UPDATE ON members BEGIN UPDATE rights_state SET n = n + 1; END;
CREATE TRIGGER rights_members_delete AFTER DELETE ON members BEGIN UPDATE rights_state SET n = n + 1; END;
-- A session that ends is no right that goes, but what is open because of it has to end as soon.
CREATE TRIGGER rights_sessions_delete AFTER DELETE ON sessions BEGIN UPDATE rights_state SET n = n + 1; END;
