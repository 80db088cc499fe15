INSERT INTO approval_grounds (request_id, reason, seen) VALUES
  (2, 'members can''t sign in', '{}');
