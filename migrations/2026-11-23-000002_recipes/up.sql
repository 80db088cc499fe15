-- How well the recipe is packaged, as JSON; empty when nobody says so.
ALTER TABLE recipes ADD COLUMN quality TEXT NOT NULL DEFAULT '';

-- What the catalogue says about a recipe, whole, as JSON.
CREATE TABLE recipe_listings (
  name  TEXT PRIMARY KEY NOT NULL,
  entry TEXT NOT NULL
) STRICT;

-- Published versions that later meant something else, or were gone. `now` is empty for those that were gone.
CREATE TABLE tag_alarms (
  id       INTEGER PRIMARY KEY NOT NULL,
  recipe   TEXT NOT NULL,
  tag      TEXT NOT NULL,
  was      TEXT NOT NULL,
  now      TEXT NOT NULL DEFAULT '',
  found_at INTEGER NOT NULL,
  seen_at  INTEGER,
  seen_by  TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX tag_alarms_recipe ON tag_alarms (recipe, id);
