//! Pages of recipes: the catalogue, one recipe, adding one by its repository.

pub mod add;
pub mod index;
pub mod lint;
pub mod show;
