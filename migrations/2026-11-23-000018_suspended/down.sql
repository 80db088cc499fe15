DROP TRIGGER rights_accounts_update;
DROP TRIGGER rights_accounts_insert;
