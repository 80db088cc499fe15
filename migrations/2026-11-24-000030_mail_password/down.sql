ALTER TABLE mail_settings DROP COLUMN sealed;
