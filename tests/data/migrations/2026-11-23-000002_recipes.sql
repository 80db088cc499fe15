UPDATE recipes SET quality = '{"status":3,"backups":"yes"}' WHERE name = 'notice-board';

INSERT INTO recipe_listings (name, entry) VALUES ('notice-board', '{"name":"notice-board"}');

INSERT INTO tag_alarms (id, recipe, tag, was, now, found_at, seen_at, seen_by) VALUES
  (1, 'notice-board', '1.0.0+1.35.0', '0123456789012345678901234567890123456789', '9876543210987654321098765432109876543210', 1700000004000, 1700000005000, 'ana'),
  (2, 'own', '0.1.0', '0123456789012345678901234567890123456789', '', 1700000004000, NULL, '');
