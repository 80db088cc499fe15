//! `TYPE=recipe:version`: the recipe of an app and the version it is held at.

use std::fmt;

use crate::envfile::EnvFile;

/// What `TYPE` (or `RECIPE`) of an `.env` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The recipe: a name, or `host/group/name` for one outside the catalogue.
    pub recipe: String,
    /// A tag or a commit; `None` when the app is not held at one.
    pub version: Option<String>,
}

impl Pin {
    /// Reads `recipe`, `recipe:version` or `host:port/group/recipe:version`; `None` when there is no recipe in it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // A colon with a slash behind it belongs to the address.
        let (recipe, version) = match text.rsplit_once(':') {
            Some((recipe, version)) if !version.contains('/') => (recipe, Some(version)),
            _ => (text, None),
        };
        let version = version.filter(|version| !version.is_empty()).map(str::to_owned);
        (!recipe.is_empty()).then(|| Self { recipe: recipe.to_owned(), version })
    }

    /// The pin of an app. `RECIPE` goes before `TYPE`.
    pub fn of(env: &EnvFile) -> Option<Self> {
        Self::parse(&env.get(Self::key(env))?)
    }

    /// The variable of this file that holds the pin. A `RECIPE` that is set to nothing holds none.
    pub fn key(env: &EnvFile) -> &'static str {
        if env.entry("RECIPE").is_some_and(|entry| !entry.value.is_empty()) { "RECIPE" } else { "TYPE" }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{}:{version}", self.recipe),
            None => f.write_str(&self.recipe),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_split_at_the_last_colon_unless_that_is_a_port() {
        for (line, recipe, version) in [
            ("TYPE=custom-html:1.7.1+1.27.2 # note", "custom-html", Some("1.7.1+1.27.2")),
            ("TYPE=traefik", "traefik", None),
            ("TYPE=traefik:", "traefik", None),
            ("RECIPE=mygit.org/myorg/cool:eb96de94+U\nTYPE=other", "mygit.org/myorg/cool", Some("eb96de94+U")),
            ("RECIPE=\nTYPE=traefik", "traefik", None),
            ("TYPE=mygit.org:8443/myorg/cool", "mygit.org:8443/myorg/cool", None),
            ("TYPE=mygit.org:8443/myorg/cool:1.0.0+1", "mygit.org:8443/myorg/cool", Some("1.0.0+1")),
        ] {
            let pin = Pin::of(&EnvFile::parse(line).unwrap()).unwrap();
            assert_eq!((pin.recipe.as_str(), pin.version.as_deref()), (recipe, version), "{line}");
            assert_eq!(Pin::parse(&pin.to_string()), Some(pin));
        }
        assert_eq!(Pin::of(&EnvFile::parse("DOMAIN=x").unwrap()), None);
        assert_eq!(Pin::parse(":1.0.0"), None);
    }
}
