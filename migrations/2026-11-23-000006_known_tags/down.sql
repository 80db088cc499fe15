DROP TABLE known_tags;
