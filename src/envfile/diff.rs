//! What changed between two `.env` files, by variable.

use super::file::EnvFile;

/// A variable whose value differs. Set to nothing and not set are two different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// The variable.
    pub key: String,
    /// Its value before; `None` when it was not set.
    pub before: Option<String>,
    /// Its value now; `None` when it is not set any more.
    pub after: Option<String>,
}

/// The variables that differ, by name. Comments and the order of lines do not count.
pub fn diff(old: &EnvFile, new: &EnvFile) -> Vec<KeyChange> {
    let (before, after) = (old.values(), new.values());
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter()
        .filter(|key| before.get(*key) != after.get(*key))
        .map(|key| KeyChange { key: key.clone(), before: before.get(key).cloned(), after: after.get(key).cloned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_names_changed_added_and_removed_variables() {
        let old = EnvFile::parse("SAME=1\nCHANGED=a\nGONE=x\nEMPTIED=y\n").unwrap();
        let new = EnvFile::parse("# other order\nCHANGED=b\nSAME='1'\nEMPTIED=\nNEW=z\n").unwrap();
        let change = |key: &str, before: Option<&str>, after: Option<&str>| KeyChange {
            key: key.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        let expected = [
            change("CHANGED", Some("a"), Some("b")),
            change("EMPTIED", Some("y"), Some("")),
            change("GONE", Some("x"), None),
            change("NEW", None, Some("z")),
        ];
        assert_eq!(diff(&old, &new), expected);
    }
}
