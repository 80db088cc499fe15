DROP TABLE secret_escrow;
DROP TABLE recovery_holders;
