//! The `.env` of a new app, made from the sample of its recipe.

use super::{name::RecipeName, pin::Pin};
use crate::envfile::{EnvError, EnvFile};

/// Fills the sample in: the placeholder `<recipe>.example.com` becomes `domain` everywhere, `DOMAIN` becomes `domain` whatever
/// the sample has there, and `TYPE` is held at `version` (empty: at none).
///
/// An empty `domain` is for an app without one. Fails when the sample cannot be read or the domain is none.
pub fn new_env(sample_text: &str, recipe: &RecipeName, version: &str, domain: &str) -> Result<EnvFile, EnvError> {
    if !domain.is_empty() && !is_domain(domain) {
        return Err(EnvError::new(
            0,
            format!("{domain:?} is no domain"),
            "use lower-case letters, digits and hyphens, with dots between the parts",
        ));
    }
    let placeholder = format!("{recipe}.example.com");
    let text = if domain.is_empty() { sample_text.to_owned() } else { sample_text.replace(&placeholder, domain) };
    let mut env = EnvFile::parse(&text)?;
    let version = Some(version.to_owned()).filter(|version| !version.is_empty());
    let pin = Pin { recipe: recipe.as_str().to_owned(), version };
    env.set(Pin::key(&env), &pin.to_string());
    if !domain.is_empty() && env.entry("DOMAIN").is_some() {
        env.set("DOMAIN", domain);
    }
    Ok(env)
}

fn is_domain(text: &str) -> bool {
    let label = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_app_gets_its_domain_and_its_pin() {
        let recipe = RecipeName::parse("bakery").unwrap();
        for (sample, version, domain, expected) in [
            (
                "TYPE=bakery # r\nDOMAIN=bakery.example.com\nEXTRA_DOMAINS=', `www.bakery.example.com`'\n",
                "1.0.0+2",
                "brot.coop",
                "TYPE=bakery:1.0.0+2 # r\nDOMAIN=brot.coop\nEXTRA_DOMAINS=', `www.brot.coop`'\n",
            ),
            ("RECIPE=bakery\nDOMAIN=bread.example.net", "", "brot.coop", "RECIPE=bakery\nDOMAIN=brot.coop"),
            ("CRON=1\n", "1.0.0+2", "", "CRON=1\nTYPE=bakery:1.0.0+2\n"),
            ("TYPE=bakery\n#DOMAIN=x\n", "", "brot.coop", "TYPE=bakery\n#DOMAIN=x\n"),
        ] {
            assert_eq!(new_env(sample, &recipe, version, domain).unwrap().text(), expected);
        }
    }

    #[test]
    fn a_domain_cannot_smuggle_lines_in() {
        let recipe = RecipeName::parse("bakery").unwrap();
        for domain in ["a.coop\nX=1", "a b", "A.coop", "a..coop", "-a.coop", "a.coop`", ".", &"a".repeat(64)] {
            assert!(new_env("DOMAIN=bakery.example.com", &recipe, "", domain).is_err(), "{domain}");
        }
    }
}
