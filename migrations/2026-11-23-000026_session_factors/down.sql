ALTER TABLE sessions DROP COLUMN factor;
