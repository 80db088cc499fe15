UPDATE mail_settings SET sealed = x'01' WHERE id = 1;
