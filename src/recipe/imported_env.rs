//! The `.env` of an app that was deployed elsewhere, made anew from what its services carry.

use std::collections::BTreeMap;

use super::pin::Pin;
use crate::envfile::{EnvError, EnvFile};

const LIST: &str = "COMPOSE_FILE";

/// Puts the values that services carry into the recipe's sample, so that its comments, its order and its rules for secrets stay.
///
/// A variable that the services don't carry was not set: its line is commented out. One that the sample does not know gets a line
/// at the end. The pin is held at `pin`. Fails when the sample is no settings file.
pub fn imported_env(sample: &str, pin: &Pin, carried: &BTreeMap<String, String>) -> Result<EnvFile, EnvError> {
    let mut env = EnvFile::parse(sample)?;
    let pin_key = Pin::key(&env);
    let unset: Vec<usize> =
        env.entries().iter().filter(|e| !carried.contains_key(&e.key) && e.key != pin_key).map(|e| e.line).rev().collect();
    for line in unset {
        env.disable_line(line);
    }
    // In the order of the file: `https://${DOMAIN}` is left as it is when the domain before it has its value.
    let known: Vec<String> = env.entries().iter().map(|e| e.key.clone()).collect();
    let others = carried.keys().filter(|key| !known.contains(key)).cloned();
    for key in known.iter().cloned().chain(others).filter(|key| !matches!(key.as_str(), LIST | "TYPE" | "RECIPE")) {
        if let Some(value) = carried.get(&key) {
            env.enable(&key, value);
        }
    }
    env.set(pin_key, &pin.to_string());
    if let Some(list) = carried.get(LIST) {
        name_compose_files(&mut env, list);
    }
    Ok(env)
}

/// Switches overlays on and off by their own lines; where that does not give the list, one line holds all of it.
fn name_compose_files(env: &mut EnvFile, list: &str) {
    let wanted: Vec<&str> = list.split(':').collect();
    let appended = env.appended_compose_files();
    for overlay in appended.iter().filter(|overlay| !wanted.contains(&overlay.as_str())) {
        env.remove_compose_file(overlay);
    }
    let on = env.compose_files().unwrap_or_default();
    for file in wanted.iter().filter(|file| !on.iter().any(|one| one == *file)) {
        env.append_compose_file(file);
    }
    if env.get(LIST).as_deref() == Some(list) {
        return;
    }
    let lines: Vec<usize> = env.entries().iter().filter(|e| e.key == LIST).map(|e| e.line).collect();
    for line in lines.iter().skip(1).rev() {
        env.disable_line(*line);
    }
    env.set(LIST, list);
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "TYPE=bakery # the recipe\n\n# Where it lives\nDOMAIN=bakery.example.com\nISSUER=https://${DOMAIN}\nMOTTO=hello\n#SMTP_HOST=\n\
        COMPOSE_FILE=\"compose.yml\"\n#COMPOSE_FILE=\"$COMPOSE_FILE:compose.smtp.yml\"\nCOMPOSE_FILE=\"$COMPOSE_FILE:compose.shop.yml\"\n\
        SECRET_DB_VERSION=v1 # length=32\n";

    fn imported(carried: &[(&str, &str)]) -> EnvFile {
        let carried = carried.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        imported_env(SAMPLE, &Pin::parse("bakery:1.0.0+2").unwrap(), &carried).unwrap()
    }

    #[test]
    fn the_sample_takes_the_values_and_keeps_its_shape() {
        let env = imported(&[
            ("TYPE", "bakery:0.9.0+1"),
            ("DOMAIN", "brot.coop"),
            ("ISSUER", "https://brot.coop"),
            ("SMTP_HOST", "mail.coop"),
            ("COMPOSE_FILE", "compose.yml:compose.smtp.yml"),
            ("SECRET_DB_VERSION", "v3"),
            ("OWN", "a $5 loaf"),
        ]);
        let expected = "TYPE=bakery:1.0.0+2 # the recipe\n\n# Where it lives\nDOMAIN=brot.coop\nISSUER=https://${DOMAIN}\n#MOTTO=hello\nSMTP_HOST=mail.coop\n\
            COMPOSE_FILE=\"compose.yml\"\nCOMPOSE_FILE=\"$COMPOSE_FILE:compose.smtp.yml\"\n#COMPOSE_FILE=\"$COMPOSE_FILE:compose.shop.yml\"\n\
            SECRET_DB_VERSION=v3 # length=32\nOWN='a $5 loaf'\n";
        assert_eq!(env.text(), expected);
        assert_eq!(env.get("OWN").as_deref(), Some("a $5 loaf"));
    }

    #[test]
    fn a_list_in_an_order_of_its_own_becomes_one_line() {
        let list = "compose.yml:compose.shop.yml:compose.smtp.yml";
        let env = imported(&[("COMPOSE_FILE", list)]);
        assert_eq!(env.get("COMPOSE_FILE").as_deref(), Some(list));
        assert_eq!(env.compose_files().unwrap(), list.split(':').collect::<Vec<_>>());
        assert_eq!(imported(&[("A", "1")]).get("COMPOSE_FILE"), None, "it was not set");
    }
}
