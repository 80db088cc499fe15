//! Names of apps, stacks and what stacks own, with the Swarm's limits.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest name of a stack, so that `<stack>_<secret>_<version>` has room within [`OBJECT_MAX`].
pub const STACK_MAX: usize = 45;
/// Longest name of a secret or config that the Swarm takes.
pub const OBJECT_MAX: usize = 64;
/// Longest name of a service: it is a DNS label.
pub const SERVICE_MAX: usize = 63;

/// Whether a network is one that every node has: nobody creates it, and it is not looked for on the Swarm.
pub fn is_predefined_network(name: &str) -> bool {
    matches!(name, "host" | "bridge" | "none" | "default") || name.starts_with("container:")
}

const DOMAIN_MAX: usize = 253;
const LABEL_MAX: usize = 63;

/// A name that can't be used, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a {what} can't be empty")]
    Empty { what: &'static str },
    #[error("the {what} \"{name}\" contains \"{found}\"; allowed are {allowed}")]
    Character { what: &'static str, name: String, found: char, allowed: &'static str },
    #[error("the {what} \"{name}\" must begin with a letter or a digit")]
    Beginning { what: &'static str, name: String },
    #[error("the {what} \"{name}\" has {length} characters; at most {max} are allowed")]
    Long { what: &'static str, name: String, length: usize, max: usize },
    #[error("the domain \"{name}\" has an empty part; write single dots between its parts, none at either end")]
    EmptyLabel { name: String },
    #[error("the part \"{label}\" of the domain \"{name}\" begins or ends with a hyphen")]
    Hyphen { name: String, label: String },
}

/// The name of a stack: at most 45 characters of `[A-Za-z0-9_.-]`, the first a letter or a digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StackName(String);

impl StackName {
    /// The stack of an app: its name with `_` for each `.`, cut to 45 characters. Two long names may give the same stack.
    pub fn of_app(app: &str) -> Result<Self, NameError> {
        let swapped = app.replace('.', "_");
        Self::parse(&swapped.chars().take(STACK_MAX).collect::<String>())
    }

    /// A stack name that somebody wrote themselves, as in `STACK_NAME`. It is not changed.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        let what = "stack name";
        swarm_characters(what, name)?;
        within(what, name, STACK_MAX)?;
        Ok(Self(name.to_owned()))
    }

    /// A stack name from a command line: as long as the names of its services allow.
    pub fn typed(name: &str) -> Result<Self, NameError> {
        let what = "stack name";
        swarm_characters(what, name)?;
        within(what, name, SERVICE_MAX)?;
        Ok(Self(name.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The full name of something that the stack owns: `<stack>_<name>`.
pub fn scope(stack: &StackName, name: &str) -> String {
    format!("{stack}_{name}")
}

/// The short name of something that the stack owns; `None` if `full` doesn't begin with the stack's prefix.
pub fn descope<'a>(stack: &StackName, full: &'a str) -> Option<&'a str> {
    full.strip_prefix(stack.as_str())?.strip_prefix('_')
}

/// The name of an app: usually its domain. It is a file name and the source of the stack's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AppName(String);

impl AppName {
    /// Letters, digits, `.`, `_` and `-`, the first a letter or a digit; at most 253 characters.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        let what = "app name";
        swarm_characters(what, name)?;
        within(what, name, DOMAIN_MAX)?;
        Ok(Self(name.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address on the web, in lower case, without a port or a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Domain(String);

impl Domain {
    /// Parts of at most 63 characters of `[a-z0-9-]`, no hyphen at either end of a part, 253 characters in all.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        let what = "domain";
        if name.is_empty() {
            return Err(NameError::Empty { what });
        }
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
        if let Some(found) = name.chars().find(|c| !allowed(*c)) {
            let allowed = "lower-case letters, digits, dots and hyphens";
            return Err(NameError::Character { what, name: name.to_owned(), found, allowed });
        }
        within(what, name, DOMAIN_MAX)?;
        for label in name.split('.') {
            if label.is_empty() {
                return Err(NameError::EmptyLabel { name: name.to_owned() });
            }
            if label.starts_with('-') || label.ends_with('-') {
                return Err(NameError::Hyphen { name: name.to_owned(), label: label.to_owned() });
            }
            within("part of a domain", label, LABEL_MAX)?;
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn swarm_characters(what: &'static str, name: &str) -> Result<(), NameError> {
    let Some(first) = name.chars().next() else { return Err(NameError::Empty { what }) };
    if let Some(found) = name.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))) {
        let allowed = "letters, digits, \".\", \"_\" and \"-\"";
        return Err(NameError::Character { what, name: name.to_owned(), found, allowed });
    }
    if !first.is_ascii_alphanumeric() {
        return Err(NameError::Beginning { what, name: name.to_owned() });
    }
    Ok(())
}

fn within(what: &'static str, name: &str, max: usize) -> Result<(), NameError> {
    let length = name.chars().count();
    if length > max { Err(NameError::Long { what, name: name.to_owned(), length, max }) } else { Ok(()) }
}

macro_rules! as_text {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(name: String) -> Result<Self, NameError> {
                Self::parse(&name)
            }
        }
        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    )*};
}
as_text!(StackName, AppName, Domain);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_is_the_app_with_underscores_cut_to_45() {
        for (app, stack) in [
            ("cloud.example.com", "cloud_example_com"),
            ("my-app.example.org", "my-app_example_org"),
            ("Keep.Case", "Keep_Case"),
            ("a-very-long-subdomain-name-for-testing.staging.example.coop", "a-very-long-subdomain-name-for-testing_stagin"),
            ("a-very-long-subdomain-name-for-testing.staging.other.coop", "a-very-long-subdomain-name-for-testing_stagin"),
        ] {
            assert_eq!(StackName::of_app(app).unwrap().as_str(), stack);
        }
    }

    #[test]
    fn stack_names_that_the_swarm_would_refuse_say_what_is_wrong() {
        for (app, words) in [
            ("", "can't be empty"),
            ("-a", "must begin with"),
            (".hidden", "must begin with"),
            ("bad name", "contains \" \""),
            ("café.org", "contains \"é\""),
            ("a/b", "contains \"/\""),
        ] {
            let said = StackName::of_app(app).unwrap_err().to_string();
            assert!(said.contains(words), "{app}: {said}");
        }
        assert!(StackName::parse(&"a".repeat(46)).is_err());
    }

    #[test]
    fn domains_follow_the_rules_of_dns() {
        for good in ["a", "x1.example.org", "xn--bcher-kva.example", &format!("{}.org", "a".repeat(63))] {
            assert!(Domain::parse(good).is_ok(), "{good}");
        }
        let long = vec!["a".repeat(60); 5].join(".");
        for bad in ["", "A.org", "a..b", ".a", "a.", "-a.org", "a-.org", "a_b.org", "a b", &"a".repeat(64), &long] {
            assert!(Domain::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_short_name_comes_back_only_from_the_own_prefix() {
        let stack = StackName::of_app("app").unwrap();
        assert_eq!(scope(&stack, "db"), "app_db");
        assert_eq!(descope(&stack, "app_db"), Some("db"));
        assert_eq!(descope(&stack, "apple_db"), None);
        assert!(serde_json::from_str::<StackName>("\"a b\"").is_err());
    }
}
