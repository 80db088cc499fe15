//! The whole program over HTTP: the real server, database, shelf and runner; only the Swarm behind it is in memory.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail where something is not as it should be")]

mod harness;

mod abra_folder;
mod audit;
mod bad_input;
mod chaos_deploy;
mod command_pages;
mod command_shed;
mod command_steps;
mod compile_fail;
mod deploy_traps;
mod docs;
mod env_reader;
mod env_round_trip;
mod env_show;
mod env_traps;
mod imports;
mod imports_record;
mod in_terminal;
mod journey;
mod life_adjust;
mod life_deploy;
mod life_drift;
mod life_drift_choice;
mod life_pond;
mod life_removal;
mod logs_pages;
mod migrations;
mod plan_and_apply;
mod policy_corpus;
mod policy_pages;
mod policy_paths;
mod policy_sent;
mod put_back;
mod recipe_lint;
mod recipes;
mod rollback;
mod routes;
mod second_operation;
mod secret_configs;
mod secret_forms;
mod secret_keys;
mod secret_removal;
mod secret_rotation;
mod secret_rotation_runs;
mod security;
mod settings_form;
mod settings_history;
mod settings_text;
mod stack_config;
mod stack_deploy;
mod tidy;
mod update_watch;
mod version_doubts;
