//! `recipes.json`, the list of published recipes.
//!
//! Other programs write it and it has grown over the years, so anything but its outermost shape may be missing, null or new.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::name::RecipeName;

/// A published recipe.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CatalogueEntry {
    /// Its name; always one that [`RecipeName`] accepts.
    pub name: String,
    /// Such as `Apps` or `Utilities`; may be empty.
    pub category: String,
    /// One sentence; may be empty.
    pub description: String,
    /// Where to clone it from; may be empty.
    pub repository: String,
    /// `main` or `master`; may be empty.
    pub default_branch: String,
    /// The home page of the program; may be empty.
    pub website: String,
    /// The address of a picture; may be empty.
    pub icon: String,
    /// How well it is packaged.
    pub features: Features,
    /// The tags, oldest first.
    pub versions: Vec<String>,
    /// Of the newest version: service to `image:tag`.
    pub images: BTreeMap<String, String>,
}

/// The self-assessment of a recipe. Texts are as written in its README and may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Features {
    /// 0 (unknown) to 5 (best); `None` when it is not a number.
    pub status: Option<u8>,
    /// Whether it is backed up.
    pub backups: String,
    /// Whether it sends mail.
    pub email: String,
    /// Whether it has a health check.
    pub healthcheck: String,
    /// How well it is tested.
    pub tests: String,
    /// Whether it takes part in single sign-on.
    pub sso: String,
    /// Whose image it uses.
    pub image: ImageFeature,
}

/// The image of a recipe and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImageFeature {
    /// Its name.
    pub image: String,
    /// 1 (own) to 4 (official), as written.
    pub rating: String,
    /// Such as `upstream`.
    pub source: String,
    /// Its page.
    pub url: String,
}

/// The text is no catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// It is not JSON.
    #[error("the catalogue is not valid JSON; check the address it is fetched from")]
    Json(#[from] serde_json::Error),
    /// It is JSON of another shape.
    #[error("the catalogue is no object of recipes; check the address it is fetched from")]
    Shape,
}

/// The recipes by name. Entries whose name is not one, or that are no objects, are left out.
pub fn parse(json: &str) -> Result<Vec<CatalogueEntry>, CatalogueError> {
    let Value::Object(recipes) = serde_json::from_str(json)? else { return Err(CatalogueError::Shape) };
    let mut entries: Vec<_> = recipes.iter().filter_map(|(name, recipe)| entry(name, recipe.as_object()?)).collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn entry(name: &str, recipe: &Map<String, Value>) -> Option<CatalogueEntry> {
    let name = RecipeName::parse(name).ok()?;
    let versions: Vec<_> = list(recipe.get("versions")).iter().filter_map(Value::as_object).flatten().collect();
    Some(CatalogueEntry {
        name: name.to_string(),
        category: text(recipe, "category"),
        description: text(recipe, "description"),
        repository: text(recipe, "repository"),
        default_branch: text(recipe, "default_branch"),
        website: text(recipe, "website"),
        icon: text(recipe, "icon"),
        features: recipe.get("features").and_then(Value::as_object).map(features).unwrap_or_default(),
        images: versions.last().and_then(|(_, services)| services.as_object()).map(images).unwrap_or_default(),
        versions: versions.into_iter().map(|(tag, _)| tag.clone()).collect(),
    })
}

fn features(features: &Map<String, Value>) -> Features {
    let image = features.get("image").and_then(Value::as_object);
    let of_image = |key| image.map(|image| text(image, key)).unwrap_or_default();
    Features {
        status: text(features, "status").chars().next().and_then(|c| c.to_digit(10)).and_then(|digit| u8::try_from(digit).ok()),
        backups: text(features, "backups"),
        email: text(features, "email"),
        healthcheck: text(features, "healthcheck"),
        tests: text(features, "tests"),
        sso: text(features, "sso"),
        image: ImageFeature {
            image: of_image("image"),
            rating: of_image("rating"),
            source: of_image("source"),
            url: of_image("url"),
        },
    }
}

fn images(services: &Map<String, Value>) -> BTreeMap<String, String> {
    let image = |service: &Value| {
        let service = service.as_object()?;
        let (image, tag) = (text(service, "image"), text(service, "tag"));
        (!image.is_empty()).then(|| format!("{image}:{}", if tag.is_empty() { "latest" } else { &tag }))
    };
    services.iter().filter_map(|(name, service)| Some((name.clone(), image(service)?))).collect()
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The text of a field; numbers and booleans as they would be written.
fn text(object: &Map<String, Value>, key: &str) -> String {
    match object.get(key) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_entries_do_not_spoil_the_catalogue() {
        let entries = parse(include_str!("../../tests/data/recipe/recipes.json")).unwrap();
        let names: Vec<_> = entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["bare", "custom-html", "nulls"], "by name; a bad name and a string are left out");
        let html = &entries[1];
        assert_eq!(html.versions, ["1.6.0+1.25.0", "1.7.1+1.27.2"]);
        assert_eq!(
            html.images,
            BTreeMap::from([("app".to_owned(), "nginx:1.27.2".to_owned()), ("git".to_owned(), "alpine/git:latest".to_owned())])
        );
        assert_eq!((html.features.status, html.features.email.as_str()), (Some(4), "N/A"));
        assert_eq!(html.features.image.rating, "4");
        assert_eq!(entries[0], CatalogueEntry { name: "bare".to_owned(), ..CatalogueEntry::default() });
        assert_eq!(entries[2].versions, ["latest"]);
        assert_eq!(entries[2].features, Features::default());
    }

    #[test]
    fn what_is_no_catalogue_is_refused() {
        assert!(matches!(parse("<html>"), Err(CatalogueError::Json(_))));
        assert!(matches!(parse("[]"), Err(CatalogueError::Shape)));
    }
}
