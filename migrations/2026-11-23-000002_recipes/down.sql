DROP TABLE tag_alarms;
DROP TABLE recipe_listings;
ALTER TABLE recipes DROP COLUMN quality;
