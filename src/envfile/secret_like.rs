//! Guessing from its name whether a variable holds something that should not be shown.

/// These words give a secret away wherever they stand in a name.
const ANYWHERE: [&str; 7] = ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "PRIVATE", "CREDENTIAL"];
/// These only at the end of a word: `API_KEY` and `APIKEY`, but not `KEYCLOAK`.
const AT_END: [&str; 8] = ["PASS", "KEY", "KEYS", "DSN", "PWD", "PRIVKEY", "APIKEY", "SALT"];

/// True when the value of `key` should be hidden in pages and logs. Names of versions (`SECRET_DB_VERSION`) are not secret.
pub fn is_secret_like(key: &str) -> bool {
    let key = key.to_ascii_uppercase();
    if key == "VERSION" || key.ends_with("_VERSION") {
        return false;
    }
    key.split(['_', '.'])
        .any(|word| ANYWHERE.iter().any(|secret| word.contains(secret)) || AT_END.iter().any(|secret| word.ends_with(secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_secrets_from_settings() {
        for key in ["SONIC_PASSWORD", "SECRET", "DB_PASS", "api_token", "APIKEY", "SENTRY_DSN", "AWS_CREDENTIALS", "PRIVATE_RSA"] {
            assert!(is_secret_like(key), "{key}");
        }
        for key in ["SECRET_DB_PASSWORD_VERSION", "KEYCLOAK_ENABLED", "DOMAIN", "APP_KEY_VERSION", "PASSENGER_COUNT"] {
            assert!(!is_secret_like(key), "{key}");
        }
    }
}
