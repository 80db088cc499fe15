//! A recipe as its files tell it: names, versions, the sample `.env`, `abra.sh`, release notes, README and catalogue.
//!
//! Everything here takes text and gives values. Where the text comes from (a Git repository, the network) this folder must
//! not know; nor does it know compose files or what is deployed.
//!
//! Start reading at `sample.rs` (from `.env.sample` to the fields of a form), `questions.rs` (held against the `.env` of an app)
//! and `new_env.rs`, `fill.rs` (from the form to the `.env`); `version.rs` says which release is newer;
//! `abra_command.rs` says what would do the same in a terminal.

pub mod abra_command;
pub mod abra_sh;
pub mod after;
pub mod arguments;
pub mod catalogue;
pub mod chaos;
mod choices;
pub mod command;
pub mod env_check;
pub mod environment;
pub mod field;
pub mod fill;
pub mod imported_env;
pub mod name;
pub mod new_env;
pub mod pin;
pub mod quality;
pub mod questions;
pub mod readme;
pub mod release_notes;
pub mod releases;
pub mod sample;
pub mod version;

pub use catalogue::{CatalogueEntry, CatalogueError, CatalogueVersion, Features, ImageFeature, ServiceImage};
pub use chaos::ChaosVersion;
pub use env_check::{EnvProblem, env_check};
pub use environment::environment;
pub use field::{Field, FieldKind};
pub use fill::{fill, fill_by};
pub use imported_env::imported_env;
pub use name::{NameError, RecipeName};
pub use new_env::new_env;
pub use pin::Pin;
pub use quality::{Quality, Rating};
pub use questions::{Question, Questions, Standing};
pub use readme::Metadata;
pub use releases::Releases;
pub use sample::Sample;
pub use version::{RecipeVersion, Tag};
