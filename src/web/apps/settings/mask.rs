//! Hiding what looks like a secret from those who may read settings but not change them.

use crate::envfile::{EnvFile, EnvLine, LineState, is_secret_like, secret_values};

/// What a hidden value is shown as.
pub(super) const HIDDEN: &str = "••••••••";

/// Knows the secret-like values of one file.
pub(super) struct Mask {
    secrets: Vec<String>,
}

impl Mask {
    /// The mask for a file.
    pub(super) fn of(env: &EnvFile) -> Self {
        Self { secrets: secret_values(env) }
    }

    /// Whether the value of this variable is to be hidden: by its name, because it repeats a secret-like value, or because it
    /// is an address with a password in it.
    pub(super) fn hides(&self, key: &str, value: &str) -> bool {
        let repeats = || self.secrets.iter().any(|secret| value.contains(secret.as_str()));
        !value.is_empty() && (is_secret_like(key) || repeats() || has_login(value))
    }
}

/// `postgres://user:password@db/…`
fn has_login(value: &str) -> bool {
    value.split("://").skip(1).any(|behind| {
        let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
        authority.rsplit_once('@').is_some_and(|(login, _)| login.contains(':'))
    })
}

/// The file with such values hidden, also in lines that are commented out; `None` if it can't be read as one.
pub(super) fn masked(text: &str) -> Option<String> {
    let env = EnvFile::parse(text).ok()?;
    let mask = Mask::of(&env);
    let texts: Vec<&str> = text.split_inclusive('\n').collect();
    let (mut masked, mut at) = (String::with_capacity(text.len()), 1);
    for line in env.lines() {
        let span = if let EnvLine::Setting { raw, .. } = line { raw.matches('\n').count() + 1 } else { 1 };
        let whole: String = texts.iter().skip(at - 1).take(span).copied().collect();
        at += span;
        match line {
            EnvLine::Setting { state, entry, raw, .. } if mask.hides(&entry.key, &entry.value) || mask.hides(&entry.key, raw) => {
                let sign = if state == LineState::Dormant { "#" } else { "" };
                let end = whole.get(whole.trim_end_matches(['\r', '\n']).len()..).unwrap_or_default();
                masked.extend([sign, &entry.key, "=", HIDDEN, end]);
            }
            _ => masked.push_str(&whole),
        }
    }
    Some(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_12_secrets_in_plain_text_are_hidden_wherever_they_stand() {
        let text = "\u{feff}TYPE=a\nSONIC_PASSWORD=hunter2-hunter2 # note\r\n# DB_PASS=old\nURL=https://u:pw@db/x\n\
            COPY=x-${SONIC_PASSWORD}-y\nTITLE='two\nlines'\nTOKEN='three\nlines'\nSECRET_DB_VERSION=v1\nAPI_KEY=\nPLAIN=https://example.org/@me:x\n";
        let expected = format!(
            "\u{feff}TYPE=a\nSONIC_PASSWORD={HIDDEN}\r\n#DB_PASS={HIDDEN}\nURL={HIDDEN}\nCOPY={HIDDEN}\nTITLE='two\nlines'\nTOKEN={HIDDEN}\n\
            SECRET_DB_VERSION=v1\nAPI_KEY=\nPLAIN=https://example.org/@me:x\n"
        );
        assert_eq!(masked(text).unwrap(), expected);
        assert!(masked("no assignment").is_none());
    }
}
