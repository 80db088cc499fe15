DROP TABLE update_holds;
DROP TABLE update_tries;
DROP TABLE update_policies;
