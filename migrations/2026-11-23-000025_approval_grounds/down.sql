DROP TABLE approval_grounds;
