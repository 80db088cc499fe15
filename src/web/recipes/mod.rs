//! Pages of recipes: the catalogue, one recipe, adding one by its repository.

pub mod add;
pub mod alarms;
pub mod api;
pub mod filter;
pub mod index;
pub mod judgement;
pub mod lint;
pub mod show;
pub mod sync;
