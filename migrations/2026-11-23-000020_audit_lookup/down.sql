DROP INDEX audit_completes;
ALTER TABLE audit DROP COLUMN completes;
DROP INDEX audit_outcome;
DROP INDEX audit_action;
DROP INDEX audit_actor;
