-- What those who decide about a request read beside what is to be done.
CREATE TABLE approval_grounds (
  request_id INTEGER PRIMARY KEY NOT NULL REFERENCES approval_requests (id),
  -- Why whoever asked wants it; empty where they did not say.
  reason     TEXT NOT NULL,
  -- What there was of the app then, as JSON; empty where nobody looked.
  seen       TEXT NOT NULL
) STRICT;
