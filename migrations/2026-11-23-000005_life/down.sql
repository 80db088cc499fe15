DROP TABLE removed_apps;
DROP TABLE chosen_replicas;
