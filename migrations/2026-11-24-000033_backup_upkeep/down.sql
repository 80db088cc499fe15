DROP TABLE dashboard_hosts;
DROP TABLE repository_upkeep;
DROP TABLE snapshot_marks;
