//! Guessing from its name whether a variable holds something that should not be shown.

use super::EnvFile;

/// These words give a secret away wherever they stand in a name.
const ANYWHERE: [&str; 8] = ["PASSWORD", "PASSWD", "PASSPHRASE", "PASSCODE", "SECRET", "TOKEN", "PRIVATE", "CREDENTIAL"];
/// These only at the end of a word: `API_KEY` and `APIKEY`, but not `KEYCLOAK`.
const AT_END: [&str; 7] = ["PASS", "KEY", "KEYS", "DSN", "PWD", "SALT", "COOKIE"];
/// A label of Traefik, whose value is names with hashes of passwords.
const LOGINS: &str = "BASICAUTH.USERS";

/// True when the value of `key`, a variable or a label, should be hidden in pages and logs. Names of versions (`SECRET_DB_VERSION`) are
/// not secret.
pub fn is_secret_like(key: &str) -> bool {
    let key = key.to_ascii_uppercase();
    if key == "VERSION" || key.ends_with("_VERSION") {
        return false;
    }
    let gives_away = |word: &str| {
        let end = word.trim_end_matches(|c: char| c.is_ascii_digit());
        ANYWHERE.iter().any(|secret| word.contains(secret)) || AT_END.iter().any(|secret| end.ends_with(secret))
    };
    key.contains(LOGINS) || key.split(['_', '.', '-']).any(gives_away)
}

/// A shorter value may be part of another text by chance.
const SHORTEST: usize = 6;

/// The values of a settings file that should not be shown, wherever they stand: other variables may repeat them.
pub fn secret_values(env: &EnvFile) -> Vec<String> {
    let secrets = env.entries().iter().filter(|entry| is_secret_like(&entry.key) && entry.value.len() >= SHORTEST);
    secrets.map(|entry| entry.value.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_secrets_from_settings() {
        let users = "traefik.http.middlewares.pad.basicauth.users";
        for key in [users, "ERLANG_COOKIE", "splunk-token", "JWT_KEY2"] {
            assert!(is_secret_like(key), "{key}");
        }
        for key in ["SONIC_PASSWORD", "SECRET", "DB_PASS", "api_token", "APIKEY", "SENTRY_DSN", "AWS_CREDENTIALS", "PRIVATE_RSA"] {
            assert!(is_secret_like(key), "{key}");
        }
        for key in ["SECRET_DB_PASSWORD_VERSION", "KEYCLOAK_ENABLED", "DOMAIN", "APP_KEY_VERSION", "PASSENGER_COUNT"] {
            assert!(!is_secret_like(key), "{key}");
        }
    }
}
