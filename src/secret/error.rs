//! Why the secrets of an app cannot be worked out.

/// A fault in the secrets of an app. `hint()` tells what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The full name ends without a version.
    #[error("the secret {local} has no version{}", .variable.as_ref().map(|name| format!(", because {name} is empty or not set")).unwrap_or_default())]
    NoVersion {
        /// The name in the compose files.
        local: String,
        /// The variable that should hold the version.
        variable: Option<String>,
    },
    /// Docker takes names of at most 64 characters.
    #[error("{}; Docker takes at most 64", .0.iter().map(LongName::to_string).collect::<Vec<_>>().join(", "))]
    NamesTooLong(Vec<LongName>),
    /// The asked length is not one that a password can have.
    #[error("the secret {local} asks for a password of {length} characters in the comment behind {variable}")]
    Length {
        /// The name in the compose files.
        local: String,
        /// The asked length in characters.
        length: usize,
        /// The variable whose comment asks for it.
        variable: String,
    },
}

impl SecretError {
    /// What a member can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NoVersion { variable: Some(variable), .. } => format!("write {variable}=v1 into the settings of the app"),
            Self::NoVersion { variable: None, local } => {
                format!("the recipe has to end the name of {local} with a version; ask its maintainers")
            }
            Self::NamesTooLong(names) => {
                let most = names.iter().map(|n| n.chars.saturating_sub(64)).max().unwrap_or_default();
                let variables: Vec<&str> = names.iter().filter_map(|n| n.variable.as_deref()).collect();
                let version =
                    if variables.is_empty() { String::new() } else { format!(", or shorter versions in {}", variables.join(", ")) };
                format!("use a stack name (STACK_NAME) that is {most} characters shorter{version}")
            }
            Self::Length { variable, .. } => format!("write a length between 1 and 4096 behind {variable}"),
        }
    }
}

/// A secret whose full name Docker does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret {local} would be called {name}, which has {chars} characters")]
pub struct LongName {
    /// The name in the compose files.
    pub local: String,
    /// The full name.
    pub name: String,
    /// Its length in characters.
    pub chars: usize,
    /// The variable that holds the version.
    pub variable: Option<String>,
}
