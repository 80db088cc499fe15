//! What somebody looks for in the catalogue: words, a category, how well a recipe is packaged. It stands in the address.

use crate::recipe::{Quality, Rating};
use crate::store::recipes::Recipe;
use crate::web::form::Query;

/// What is looked for; empty parts ask for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// As typed.
    pub q: String,
    pub category: String,
    /// The least status, 1 to 5; 0 asks for none.
    pub status: u8,
    /// Names of [`FEATURES`] that a recipe must have.
    pub features: Vec<&'static str>,
    /// Only recipes that an app is made of.
    pub used: bool,
}

/// A feature that can be asked for: its name in the address, its label, and where it is in a judgement.
pub type Feature = (&'static str, &'static str, fn(&Quality) -> Rating);

/// The features that can be asked for.
pub const FEATURES: [Feature; 5] = [
    ("backups", "Backups", |q| q.backups),
    ("email", "E-mail", |q| q.email),
    ("sso", "Single sign-on", |q| q.sso),
    ("healthcheck", "Health check", |q| q.healthcheck),
    ("tests", "Tests", |q| q.tests),
];

impl Filter {
    /// Reads it out of an address. What is not known asks for nothing.
    pub fn of(query: &Query) -> Self {
        Self {
            q: query.get("q").trim().to_owned(),
            category: query.get("category").to_owned(),
            status: query.number("status").filter(|status| *status <= 5).unwrap_or_default(),
            features: FEATURES.iter().map(|(name, ..)| *name).filter(|name| query.get(name) == "1").collect(),
            used: query.get("used") == "1",
        }
    }

    /// True when it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a box of the form is ticked.
    pub fn asks(&self, feature: &str) -> bool {
        self.features.contains(&feature)
    }

    /// Whether a recipe is looked for. All words must stand in its name, description or category.
    pub fn fits(&self, recipe: &Recipe, quality: &Quality, apps: usize) -> bool {
        let text = format!("{} {} {}", recipe.name, recipe.description, recipe.category).to_lowercase();
        self.q.to_lowercase().split_whitespace().all(|word| text.contains(word))
            && (self.category.is_empty() || self.category == recipe.category)
            && (self.status == 0 || quality.status.unwrap_or_default() >= self.status)
            && FEATURES.iter().all(|(name, _, of)| !self.asks(name) || of(quality).has())
            && (!self.used || apps > 0)
    }

    /// The address of a page of what it finds, counted from 1.
    pub fn href(&self, page: usize) -> String {
        let (status, page) = (self.status.to_string(), page.to_string());
        let mut pairs = vec![("q", self.q.as_str()), ("category", &self.category)];
        pairs.extend((self.status > 0).then_some(("status", status.as_str())));
        pairs.extend(self.features.iter().map(|name| (*name, "1")));
        pairs.extend(self.used.then_some(("used", "1")));
        pairs.extend((page != "1").then_some(("page", page.as_str())));
        pairs.retain(|(_, value)| !value.is_empty());
        match serde_urlencoded::to_string(&pairs) {
            Ok(query) if !query.is_empty() => format!("/recipes?{query}"),
            _ => "/recipes".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(name: &str, description: &str, category: &str) -> Recipe {
        Recipe {
            name: name.to_owned(),
            origin: String::new(),
            category: category.to_owned(),
            description: description.to_owned(),
            source: "catalogue".to_owned(),
            newest: String::new(),
            status: None,
            refreshed_at: None,
            problem: String::new(),
            quality: String::new(),
        }
    }

    #[test]
    fn every_part_of_a_filter_has_to_fit() {
        let (wiki, good) =
            (recipe("dokuwiki", "Plain Pages", "Apps"), Quality { status: Some(4), backups: Rating::Yes, ..Quality::default() });
        let none = Filter::default();
        for (filter, fits) in [
            (none.clone(), true),
            (Filter { q: "pages WIKI".into(), ..none.clone() }, true),
            (Filter { q: "wiki git".into(), ..none.clone() }, false),
            (Filter { category: "Apps".into(), ..none.clone() }, true),
            (Filter { category: "Tools".into(), ..none.clone() }, false),
            (Filter { status: 4, ..none.clone() }, true),
            (Filter { status: 5, ..none.clone() }, false),
            (Filter { features: vec!["backups"], ..none.clone() }, true),
            (Filter { features: vec!["backups", "sso"], ..none.clone() }, false),
            (Filter { used: true, ..none }, false),
        ] {
            assert_eq!(filter.fits(&wiki, &good, 0), fits, "{filter:?}");
        }
        assert!(Filter { used: true, ..Filter::default() }.fits(&wiki, &good, 1));
    }

    #[test]
    fn an_address_says_no_more_than_what_is_asked_for() {
        let all = Filter { q: "a&b".into(), category: "Apps".into(), status: 3, features: vec!["sso"], used: true };
        assert_eq!(all.href(2), "/recipes?q=a%26b&category=Apps&status=3&sso=1&used=1&page=2");
        assert_eq!((Filter::default().href(1), Filter::default().href(3)), ("/recipes".to_owned(), "/recipes?page=3".to_owned()));
    }
}
