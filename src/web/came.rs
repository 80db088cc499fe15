//! How a session came in, for people.

use super::Site;
use super::failure::Failure;
use crate::store::identities::Provider;
use crate::store::sessions::{Came, NO_FACTOR, PASSKEY_ALONE};

/// Says it of sessions, by the name that the co-op gave its identity provider.
pub(super) struct Ways(Option<Provider>);

impl Ways {
    /// With the provider of now.
    pub(super) async fn of(site: &Site) -> Result<Self, Failure> {
        Ok(Self(site.store.identity_provider().await?))
    }

    /// Such as "Password and authenticator app".
    pub(super) fn text(&self, came: &Came) -> String {
        let first = match &self.0 {
            _ if came.issuer.is_empty() => "Password",
            Some(provider) if provider.issuer == came.issuer => provider.label.as_str(),
            // It was another one when the session began.
            Some(_) | None => came.issuer.as_str(),
        };
        match came.factor.as_str() {
            PASSKEY_ALONE => "Passkey".to_owned(),
            "app" => format!("{first} and authenticator app"),
            "recovery code" => format!("{first} and a recovery code"),
            "passkey" => format!("{first} and passkey"),
            NO_FACTOR if came.strong => format!("{first}, with a second factor there"),
            NO_FACTOR => first.to_owned(),
            _ => "Not known".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_told_with_the_name_of_the_provider_of_now() {
        let came = |issuer: &str, strong, factor: &str| Came { issuer: issuer.to_owned(), strong, factor: factor.to_owned() };
        let (here, gone) = ("https://id.example.org", "https://old.example.org");
        let provider = Provider {
            issuer: here.to_owned(),
            client_id: String::new(),
            sealed: vec![],
            label: "Garden login".to_owned(),
            scopes: String::new(),
            group_claim: String::new(),
            strong_acr: String::new(),
            provision: false,
            teams: vec![],
        };
        for (came, text) in [
            (came("", false, "none"), "Password"),
            (came("", false, "app"), "Password and authenticator app"),
            (came("", false, "recovery code"), "Password and a recovery code"),
            (came("", false, "passkey"), "Password and passkey"),
            (came("", false, "passkey alone"), "Passkey"),
            (came(here, false, "none"), "Garden login"),
            (came(here, true, "none"), "Garden login, with a second factor there"),
            (came(here, false, "passkey"), "Garden login and passkey"),
            (came(gone, false, "none"), gone),
            (came("", false, ""), "Not known"),
        ] {
            assert_eq!(Ways(Some(provider.clone())).text(&came), text);
        }
        assert_eq!(Ways(None).text(&came(here, false, "app")), "https://id.example.org and authenticator app");
    }
}
