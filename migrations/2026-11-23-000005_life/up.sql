-- How many tasks somebody chose for a service, in the place of the recipe's number.
CREATE TABLE chosen_replicas (
  app_id  INTEGER NOT NULL REFERENCES apps (id),
  service TEXT NOT NULL,
  count   INTEGER NOT NULL CHECK (count >= 0),
  at      INTEGER NOT NULL,
  by      TEXT NOT NULL,
  PRIMARY KEY (app_id, service)
) STRICT;

-- Apps that were removed. The row in `apps` stays for the sake of its history, under a name that no app can have.
CREATE TABLE removed_apps (
  app_id INTEGER PRIMARY KEY NOT NULL REFERENCES apps (id),
  name   TEXT NOT NULL,
  stack  TEXT NOT NULL,
  at     INTEGER NOT NULL,
  by     TEXT NOT NULL
) STRICT;
