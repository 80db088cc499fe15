//! Canteen, the web dashboard of a Co-op Cloud server.
//!
//! The floors, from the ground up. A floor may name those above it in this list and none below; the tidy test holds that.
//!
//! * ground, pure: [`envfile`], [`recipe`], [`compose`], [`secret`], [`stack`], [`logs`], [`updates`], [`access`],
//!   [`backup`], [`lint`], [`factor`], [`address`], [`causes`]
//! * doors to the outside: [`settings`], [`clock`], [`random`], [`passwords`], [`key_file`], [`keys`], [`signer`],
//!   [`site_key`]
//! * [`engine`] (the Swarm), [`shelf`] (git mirrors of recipes), [`store`] (the database)
//! * [`mail`] (letters), [`sso`] (the identity provider), [`restic`] (repositories of backups), [`runner`] (a backup on its node)
//! * work: [`commands`] (short writes), [`ops`] (long actions), [`jobs`] (what happens by itself)
//! * [`web`] (pages)
//!
//! [`dashboard`] puts them together, and `src/cli/` is what is typed.

pub mod access;
pub mod address;
pub mod backup;
pub mod causes;
pub mod clock;
pub mod commands;
pub mod compose;
pub mod dashboard;
pub mod engine;
pub mod envfile;
pub mod escrow;
pub mod factor;
pub mod jobs;
pub mod key_file;
pub mod keys;
pub mod lint;
pub mod logs;
pub mod mail;
pub mod ops;
pub mod passwords;
pub mod pepper;
pub mod random;
pub mod recipe;
pub mod restic;
pub mod runner;
pub mod secret;
pub mod settings;
pub mod shelf;
pub mod signer;
pub mod site_key;
pub mod sso;
pub mod stack;
pub mod store;
pub mod updates;
pub mod web;
