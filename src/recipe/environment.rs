//! The variables that the compose files of an app are interpolated with.

use std::collections::BTreeMap;

use crate::envfile::EnvFile;

/// The `.env`, `STACK_NAME` if it is missing there, and over both the exports of `abra.sh`: a config version in the `.env` has
/// no effect when the recipe exports it.
pub fn environment(env: &EnvFile, stack: &str, exports: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut values = env.values();
    values.entry("STACK_NAME".to_owned()).or_insert_with(|| stack.to_owned());
    values.extend(exports.iter().map(|(key, value)| (key.clone(), value.clone())));
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recipe_wins_over_the_env_and_the_env_over_the_stack_name() {
        let exports = BTreeMap::from([("X_VERSION".to_owned(), "v4".to_owned())]);
        let of = |text: &str| environment(&EnvFile::parse(text).unwrap(), "my_app", &exports);
        let computed = of("X_VERSION=v9\nEMPTY=\n");
        assert_eq!(computed.get("X_VERSION").map(String::as_str), Some("v4"));
        assert_eq!(computed.get("STACK_NAME").map(String::as_str), Some("my_app"));
        assert_eq!(computed.get("EMPTY").map(String::as_str), Some(""), "set to nothing is not unset");
        assert_eq!(of("STACK_NAME=other").get("STACK_NAME").map(String::as_str), Some("other"));
    }
}
