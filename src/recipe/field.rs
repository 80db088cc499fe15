//! A field of the settings form of an app.

use crate::envfile::compose_file::appended_overlay;

/// One variable of a sample, as a form asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The variable.
    pub key: String,
    /// The value that the sample proposes, `$NAME` replaced.
    pub default: String,
    /// The comment above and behind the line, without its marks; empty when there is none.
    pub help: String,
    /// True when the line is commented out in the sample.
    pub optional: bool,
    /// The heading above, empty before the first one.
    pub group: String,
    /// How to ask for it.
    pub kind: FieldKind,
    /// Its line in the sample, counted from 1.
    pub line: usize,
    /// The overlay that this variable belongs to: it stands with the line that switches the overlay on.
    pub overlay: Option<String>,
    /// True when the comment says that it has to be filled.
    pub required: bool,
    /// Other values that the sample offers for it; there may be more.
    pub suggestions: Vec<String>,
}

/// How a form asks for a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// Any text.
    Text,
    /// On or off; [`Field::on_off`] tells how the recipe spells the two.
    Bool,
    /// A whole number.
    Number,
    /// One of these; the comment lists them.
    Choice(Vec<String>),
    /// The version of a secret: raised when the secret is renewed, not for members to fill.
    Secret,
    /// A line that adds an overlay to `COMPOSE_FILE`.
    Overlay {
        /// What it adds: a file, or several with `:` between.
        file: String,
    },
    /// Set by us: the recipe, the stack name, the base of `COMPOSE_FILE`.
    Fixed,
    /// The public name of the app.
    Domain,
}

impl Field {
    /// The words for on and off in the spelling of the default: `true`/`false`, `yes`/`no`, `on`/`off` or `1`/`0`.
    pub fn on_off(&self) -> (&'static str, &'static str) {
        match self.default.to_ascii_lowercase().as_str() {
            "1" | "0" => ("1", "0"),
            "yes" | "no" => ("yes", "no"),
            "on" | "off" => ("on", "off"),
            _ => ("true", "false"),
        }
    }

    /// True for `X_ENABLED` of an overlay: the two mean one thing, so the overlay's switch turns both.
    pub fn follows_overlay(&self) -> bool {
        self.overlay.is_some() && self.kind == FieldKind::Bool && is_switch(&self.key)
    }
}

/// True when the name says that the variable switches something.
pub(super) fn is_switch(key: &str) -> bool {
    key.split('_').any(|word| word.starts_with("ENABLE"))
}

impl FieldKind {
    /// The kind of `key`, with its value as written and as read.
    pub(super) fn of(key: &str, raw: &str, value: &str, optional: bool) -> Self {
        match key {
            "TYPE" | "RECIPE" | "STACK_NAME" => Self::Fixed,
            "DOMAIN" => Self::Domain,
            // Old samples list all files in each line; a commented-out one is then an overlay too.
            "COMPOSE_FILE" => appended_overlay(raw)
                .or_else(|| raw.strip_prefix("compose.yml:").filter(|_| optional))
                .map_or(Self::Fixed, |file| Self::Overlay { file: file.to_owned() }),
            _ if is_secret_version(key, value) => Self::Secret,
            _ => Self::by_value(key, value),
        }
    }

    fn by_value(key: &str, value: &str) -> Self {
        let switch = key.split('_').any(|word| word.starts_with("ENABLE") || word.starts_with("DISABLE"));
        match value.to_ascii_lowercase().as_str() {
            "true" | "false" | "yes" | "no" | "on" | "off" => Self::Bool,
            "0" | "1" if switch => Self::Bool,
            // A leading zero is part of a code or a file mode, not of a number.
            digits if digits.parse::<i64>().is_ok_and(|number| number.to_string() == digits) => Self::Number,
            _ => Self::Text,
        }
    }
}

/// True when a comment says that a variable has to be filled. "Required for mail" is no such comment.
pub(super) fn is_required(help: &str) -> bool {
    let help = help.to_ascii_lowercase();
    let alone = |line: &str| {
        let rest = line.trim().strip_prefix("required").or_else(|| line.trim().strip_prefix("mandatory"));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '!', ':', ',', ';']))
    };
    help.lines().any(alone) || help.contains("(required)") || help.contains("(mandatory)")
}

/// True for `SECRET_<NAME>_VERSION`, and for the few secret versions that recipes name without the suffix.
pub(super) fn is_secret_version(key: &str, value: &str) -> bool {
    let counted = value.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    key.starts_with("SECRET_") && (key.ends_with("_VERSION") || counted)
}
