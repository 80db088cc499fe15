-- The password of the mail server, encrypted with the data key in keys/, so that it changes with what it belongs to or not at all.
-- Empty: there is none. NULL: the settings were saved before this, and the password may lie in a file of its own, keys/smtp-password,
-- until they are saved again.
ALTER TABLE mail_settings ADD COLUMN sealed BLOB;
