DELETE FROM sessions WHERE stage <> 'full';
ALTER TABLE sessions DROP COLUMN confirmed_at;
ALTER TABLE sessions DROP COLUMN stage;
DROP TABLE recovery_codes;
DROP TABLE totp_factors;
