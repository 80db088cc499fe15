-- Pages of the log go along one of these, so that they cost the same however long it is.
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_action ON audit (action, seq);
CREATE INDEX audit_outcome ON audit (outcome, seq);
-- The entry that this one completes.
ALTER TABLE audit ADD COLUMN completes INTEGER
  GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.of') END) VIRTUAL;
CREATE INDEX audit_completes ON audit (completes) WHERE completes IS NOT NULL;
