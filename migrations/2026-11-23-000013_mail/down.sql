DROP TABLE letters;
DROP TABLE mail_settings;
