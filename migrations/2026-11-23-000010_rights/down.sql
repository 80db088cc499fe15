DROP TRIGGER rights_sessions_delete;
DROP TRIGGER rights_members_delete;
DROP TRIGGER rights_members_update;
DROP TRIGGER rights_removed_apps_insert;
DROP TRIGGER rights_apps_update;
DROP TRIGGER rights_apps_insert;
ALTER TABLE members ADD COLUMN role TEXT NOT NULL DEFAULT 'viewer' CHECK (role IN ('viewer', 'admin'));
UPDATE members SET role = 'admin' WHERE id IN (
  SELECT member_id FROM grants
  WHERE bundle = 'admin' AND tag IS NULL AND app_id IS NULL AND expires_at IS NULL AND member_id IS NOT NULL
);
DROP TABLE grants;
DROP TABLE app_tags;
DROP TABLE roles;
DROP TABLE team_members;
DROP TABLE teams;
DROP TABLE rights_state;
