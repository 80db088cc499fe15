-- Whoever is suspended has no rights, so letting somebody in or keeping them out changes what rights are.
CREATE TRIGGER rights_accounts_insert AFTER INSERT ON accounts BEGIN UPDATE rights_state SET n = n + 1; END;
CREATE TRIGGER rights_accounts_update AFTER UPDATE OF suspended_at ON accounts BEGIN UPDATE rights_state SET n = n + 1; END;
