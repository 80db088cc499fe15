DROP TABLE approval_votes;
DROP TABLE approval_requests;
DROP TABLE approval_rules;
