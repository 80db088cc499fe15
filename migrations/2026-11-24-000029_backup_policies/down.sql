DROP TABLE backup_turns;
DROP TABLE backup_exempt;
DROP TABLE backup_policies;
