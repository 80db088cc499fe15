//! `recipes.json`, the list of published recipes.
//!
//! Other programs write it and it has grown over the years, so anything but its outermost shape may be missing, null or new.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::name::RecipeName;
use super::readme::status;
use super::version::RecipeVersion;

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
    /// The same for those who may write to it; may be empty.
    pub ssh_url: String,
    /// `main` or `master`; may be empty.
    pub default_branch: String,
    /// The home page of the program; may be empty.
    pub website: String,
    /// The address of a picture; may be empty.
    pub icon: String,
    /// How well it is packaged.
    pub features: Features,
    /// The published versions, oldest first.
    pub versions: Vec<CatalogueVersion>,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CatalogueVersion {
    /// Its tag; not always one that [`RecipeVersion`] reads.
    pub tag: String,
    /// The image of each service.
    pub services: BTreeMap<String, ServiceImage>,
}

/// The image of a service.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ServiceImage {
    /// Its name.
    pub image: String,
    /// Its tag, `latest` when none is written.
    pub tag: String,
    /// What the tag meant when the version was made; empty in newer catalogues.
    pub digest: String,
}

impl CatalogueEntry {
    /// The newest version: the last one of those that are versions by their names, empty when nothing is published. Two releases
    /// of the same number go by their order in the list.
    pub fn newest(&self) -> &str {
        let read = |version: &'_ CatalogueVersion| RecipeVersion::parse(&version.tag);
        let newest = self.versions.iter().filter_map(|version| Some((read(version)?, version)));
        let newest = newest.max_by(|(a, _), (b, _)| a.precedence(b)).map(|(_, version)| version);
        newest.or(self.versions.last()).map_or("", |version| version.tag.as_str())
    }
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
        ssh_url: text(recipe, "ssh_url"),
        default_branch: text(recipe, "default_branch"),
        website: text(recipe, "website"),
        icon: text(recipe, "icon"),
        features: recipe.get("features").and_then(Value::as_object).map(features).unwrap_or_default(),
        versions: versions.into_iter().map(version).collect(),
    })
}

fn features(features: &Map<String, Value>) -> Features {
    let image = features.get("image").and_then(Value::as_object);
    let of_image = |key| image.map(|image| text(image, key)).unwrap_or_default();
    Features {
        status: status(&text(features, "status")),
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

fn version((tag, services): (&String, &Value)) -> CatalogueVersion {
    let image = |service: &Value| {
        let service = service.as_object()?;
        let mut found = ServiceImage { image: text(service, "image"), tag: text(service, "tag"), digest: text(service, "digest") };
        if found.tag.is_empty() {
            "latest".clone_into(&mut found.tag);
        }
        (!found.image.is_empty()).then_some(found)
    };
    let services = services.as_object().into_iter().flatten();
    let services = services.filter_map(|(name, service)| Some((name.clone(), image(service)?))).collect();
    CatalogueVersion { tag: tag.clone(), services }
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
        let tags: Vec<_> = html.versions.iter().map(|version| version.tag.as_str()).collect();
        assert_eq!((tags, html.newest()), (vec!["1.6.0+1.25.0", "1.7.1+1.27.2"], "1.7.1+1.27.2"));
        let image = |image: &str, tag: &str| ServiceImage { image: image.into(), tag: tag.into(), digest: String::new() };
        let services = [("app", image("nginx", "1.27.2")), ("git", image("alpine/git", "latest"))];
        assert_eq!(html.versions[1].services, services.map(|(name, image)| (name.to_owned(), image)).into());
        assert_eq!(html.versions[0].services["app"].digest, "8hex");
        assert_eq!((html.features.status, html.features.email.as_str()), (Some(4), "N/A"));
        assert_eq!((html.features.image.rating.as_str(), html.ssh_url.as_str()), ("4", "ssh://git@git.example.org/custom-html"));
        assert_eq!(entries[0], CatalogueEntry { name: "bare".to_owned(), ..CatalogueEntry::default() });
        assert_eq!((entries[0].newest(), entries[2].newest()), ("", "latest"));
        assert_eq!(entries[2].features, Features::default());
    }

    #[test]
    fn the_newest_version_is_found_in_a_list_that_is_out_of_order() {
        let of = |tags: &[&str]| {
            let versions = tags.iter().map(|tag| CatalogueVersion { tag: (*tag).to_owned(), ..CatalogueVersion::default() });
            CatalogueEntry { versions: versions.collect(), ..CatalogueEntry::default() }.newest().to_owned()
        };
        assert_eq!(of(&["1.0.0+1", "10.0.0+1", "9.0.0+1", "latest"]), "10.0.0+1");
        assert_eq!(of(&["1.0.0+b", "1.0.0+a"]), "1.0.0+a", "of two alike the later one");
    }

    #[test]
    fn what_is_no_catalogue_is_refused() {
        assert!(matches!(parse("<html>"), Err(CatalogueError::Json(_))));
        assert!(matches!(parse("[]"), Err(CatalogueError::Shape)));
    }
}
