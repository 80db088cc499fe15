DROP TABLE links;
DROP TABLE accounts;
