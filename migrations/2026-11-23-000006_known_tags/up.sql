-- Where the tags of recipes led when it was last written down. A tag that leads elsewhere, or nowhere, is told once: in the same
-- transaction it becomes what is known.
CREATE TABLE known_tags (
  recipe   TEXT NOT NULL,
  tag      TEXT NOT NULL,
  leads_to TEXT NOT NULL,
  gone     INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (recipe, tag)
) STRICT;
