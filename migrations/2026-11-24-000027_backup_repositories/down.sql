DROP TABLE backup_repositories;
