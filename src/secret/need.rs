//! Which secrets an app needs, under which names, and how their values come about.

use std::collections::BTreeMap;

use super::{
    error::{LongName, SecretError},
    rule::{Charset, Rule},
};
use crate::envfile::{EnvFile, Modifiers};

/// Docker's limit for the name of a secret, in characters.
const LONGEST_NAME: usize = 64;
/// Longer passwords help nobody, and a recipe must not make us fill the memory.
const LONGEST_PASSWORD: usize = 4096;

/// A secret that some service of the app uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretNeed {
    /// Its name in the compose files: `db_password`.
    pub local: String,
    /// Its full name on the Swarm: `cloud_example_com_db_password_v1`.
    pub name: String,
    /// What stands behind the last `_` of the full name: `v1`.
    pub version: String,
    /// The variable of the `.env` that holds the version, if one does.
    pub variable: Option<String>,
    /// How its value comes about.
    pub rule: Rule,
    /// The services that use it, sorted.
    pub services: Vec<String>,
    /// Something to tell the member: the rule names a charset that we do not know.
    pub notice: Option<String>,
}

/// The secrets that the app needs, by local name. One that no service uses is left out: it belongs to a feature that is
/// switched off.
///
/// `raw_names` is the text of `name:` before interpolation, `resolved` the full name after it, `used_by` the services; each
/// by local name.
pub fn needs(
    raw_names: &BTreeMap<String, String>,
    resolved: &BTreeMap<String, String>,
    used_by: &BTreeMap<String, Vec<String>>,
    env: &EnvFile,
) -> Result<Vec<SecretNeed>, SecretError> {
    let used = |local: &String| used_by.get(local).filter(|services| !services.is_empty());
    let needs = raw_names
        .iter()
        .filter_map(|(local, raw)| used(local).map(|services| (local, raw, services)))
        .map(|(local, raw, services)| need(local, raw, resolved.get(local).unwrap_or(raw), services, env))
        .collect::<Result<Vec<_>, _>>()?;
    // All of them at once: whoever shortens the stack's name wants to know by how much.
    let long: Vec<LongName> = needs.iter().filter_map(too_long).collect();
    if long.is_empty() { Ok(needs) } else { Err(SecretError::NamesTooLong(long)) }
}

fn too_long(need: &SecretNeed) -> Option<LongName> {
    let chars = need.name.chars().count();
    let (local, name, variable) = (need.local.clone(), need.name.clone(), need.variable.clone());
    (chars > LONGEST_NAME).then_some(LongName { local, name, chars, variable })
}

fn need(local: &str, raw: &str, name: &str, services: &[String], env: &EnvFile) -> Result<SecretNeed, SecretError> {
    let (local, name) = (local.to_owned(), name.to_owned());
    let variable = version_variable(raw);
    // A fixed name without any `_` carries no version, and that is how its recipe wants it.
    let version = name.rsplit_once('_').map_or("", |(_, version)| version).to_owned();
    if name.is_empty() || (name.contains('_') && version.is_empty()) {
        return Err(SecretError::NoVersion { local, variable });
    }
    let modifiers = variable.as_deref().map(|key| env.modifiers(key)).unwrap_or_default();
    let rule = rule_of(&local, variable.as_deref(), env)?;
    let notice = modifiers.charset.filter(|charset| rule != Rule::Insert && Charset::parse(charset).is_none());
    let notice = notice.map(|charset| format!("the charset {charset:?} of {local} is unknown; letters and digits are used"));
    let mut services = services.to_vec();
    services.sort_unstable();
    services.dedup();
    Ok(SecretNeed { local, name, version, variable, rule, services, notice })
}

/// How the value of a secret comes about: the comment behind its version says so.
///
/// # Errors
/// It asks for a password that is empty or endless.
pub fn rule_of(local: &str, variable: Option<&str>, env: &EnvFile) -> Result<Rule, SecretError> {
    let Some(variable) = variable else { return Ok(Rule::of(&Modifiers::default())) };
    let rule = Rule::of(&env.modifiers(variable));
    match rule {
        Rule::Password { length, .. } if !(1..=LONGEST_PASSWORD).contains(&length) => {
            Err(SecretError::Length { local: local.to_owned(), length, variable: variable.to_owned() })
        }
        rule => Ok(rule),
    }
}

/// The variable `SECRET…` inside the raw name. The text decides, not the convention `SECRET_<NAME>_VERSION`, which not every
/// recipe follows.
fn version_variable(raw: &str) -> Option<String> {
    variables(raw).filter(|name| name.starts_with("SECRET")).last().map(str::to_owned)
}

/// The variables that a text of a compose file names, in their order.
pub fn variables(raw: &str) -> impl Iterator<Item = &str> {
    raw.split('$')
        .skip(1)
        .map(|behind| behind.strip_prefix('{').unwrap_or(behind))
        .map(|behind| behind.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default())
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One secret `local` used by the service `app`.
    fn one(local: &str, raw: &str, name: &str, env: &str) -> Result<SecretNeed, SecretError> {
        let map = |value: &str| BTreeMap::from([(local.to_owned(), value.to_owned())]);
        let used = BTreeMap::from([(local.to_owned(), vec!["web".to_owned(), "app".to_owned(), "app".to_owned()])]);
        needs(&map(raw), &map(name), &used, &EnvFile::parse(env).unwrap()).map(|mut all| all.remove(0))
    }

    #[test]
    fn trap_34_the_raw_name_decides_which_variable_rules_a_secret() {
        let password = |length, charset| Rule::Password { length, charset };
        let db = ("${STACK_NAME}_db_${SECRET_DB_VERSION}", "SECRET_DB_VERSION=v1 # length=32 charset=hex\n");
        let ovh = ("${STACK_NAME}_ovh_key_$SECRET_OVH_KEY", "SECRET_OVH_KEY=v1 # generate=false\n");
        let fixed = ("${STACK_NAME}_fixed_v1", "SECRET_FIXED_VERSION=v9 # length=5\n");
        let defaulted = ("${STACK_NAME}_jwt_${SECRET_JWT_VERSION:-v1}", "");
        for (local, (raw, env), variable, rule) in [
            ("db", db, Some("SECRET_DB_VERSION"), password(32, Charset::Hex)),
            ("ovh_key", ovh, Some("SECRET_OVH_KEY"), Rule::Insert),
            ("jwt", defaulted, Some("SECRET_JWT_VERSION"), Rule::Passphrase),
            ("fixed", fixed, None, Rule::Passphrase),
        ] {
            let need = one(local, raw, &format!("my_app_{local}_v1"), env).unwrap();
            assert_eq!((need.variable.as_deref(), need.rule, need.version.as_str()), (variable, rule, "v1"), "{local}");
            assert_eq!(need.services, ["app", "web"]);
        }
    }

    #[test]
    fn a_secret_that_no_service_uses_is_not_needed() {
        let names = BTreeMap::from([("smtp".to_owned(), "x_smtp_v1".to_owned())]);
        let used = BTreeMap::from([("smtp".to_owned(), Vec::new())]);
        assert_eq!(needs(&names, &names, &used, &EnvFile::parse("").unwrap()), Ok(Vec::new()));
    }

    #[test]
    fn faults_name_the_variable_and_what_to_do() {
        let long = format!("{}_admin_pass_v1", "a".repeat(52));
        for (name, env, says, hint) in [
            ("my_app_x_", "", "because SECRET_X_VERSION is empty or not set", "write SECRET_X_VERSION=v1"),
            (long.as_str(), "", "has 66 characters", "2 characters shorter, or shorter versions in SECRET_X_VERSION"),
            ("my_app_x_v1", "SECRET_X_VERSION=v1 # length=0", "0 characters", "between 1 and 4096 behind SECRET_X_VERSION"),
            ("my_app_x_v1", "SECRET_X_VERSION=v1 # length=99999999999", "99999999999 characters", "between 1 and 4096"),
        ] {
            let fault = one("x", "${STACK_NAME}_x_${SECRET_X_VERSION}", name, env).unwrap_err();
            assert!(fault.to_string().contains(says) && fault.hint().contains(hint), "{fault}; {}", fault.hint());
        }
    }
}
