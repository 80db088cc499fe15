//! How far an API token reaches: what its owner may do at the time, and of that only what the token says.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::action::ActionName;
use super::grant::Target;
use super::permission::{Permission, Permissions, Reach};
use super::policy::{Need, needs};
use super::sight::Sight;

/// The permissions that a token may have: those that the API asks for. A token never makes tokens, and has no say over people, their
/// roles and what they prove themselves with: whoever finds one shall not be able to stay.
pub const SCOPES: Permissions = {
    use Permission as P;
    Permissions::of(&[P::ViewApp, P::Deploy, P::ViewCatalogue, P::ExportAudit])
};

/// What a member with these rights may hand on to a token.
pub const fn offered(owner: Permissions) -> Permissions {
    SCOPES.common(owner)
}

/// The limits of a token. Nothing is allowed by default, so that a token which was read from somewhere without its limits can do
/// nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenLimits {
    pub scopes: Permissions,
    /// The only app that it is for.
    pub app: Option<String>,
}

impl TokenLimits {
    /// Whether the limits let this through; the owner's rights are another question.
    pub fn admit(&self, what: ActionName, target: &Target) -> bool {
        let Some(permission) = scope_of(what) else { return false };
        let here = match (&self.app, target) {
            (None, _) => true,
            (Some(app), Target::App(name)) => app == name,
            // A list, which leaves out the other apps.
            (Some(_), Target::Site) => permission.reach() == Reach::App,
        };
        here && self.scopes.has(permission)
    }

    /// What is left of the owner's sight: the apps that lists show to the token.
    pub fn narrow(&self, one: Permission, owner: Sight) -> Sight {
        let none = || Sight::Apps(BTreeSet::new());
        match &self.app {
            _ if !self.scopes.has(one) => none(),
            None => owner,
            Some(app) if owner.has(app) => Sight::Apps(BTreeSet::from([app.clone()])),
            Some(_) => none(),
        }
    }
}

/// The scope that a token needs for this; `None` where no token may.
pub const fn scope_of(what: ActionName) -> Option<Permission> {
    match needs(what) {
        Need::Has(permission) if SCOPES.has(permission) => Some(permission),
        // What every member may is to see lists of what they may see.
        Need::SignIn if matches!(what, ActionName::ListApps | ActionName::ViewOperations) => Some(Permission::ViewApp),
        Need::Has(_) | Need::SignIn | Need::Nothing | Need::Nobody => None,
    }
}

/// The token that somebody came with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByToken {
    /// The row id.
    pub id: i32,
    pub name: String,
    /// Never stored: they are looked up when they are needed.
    #[serde(skip)]
    pub limits: TokenLimits,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(scopes: &[Permission], app: Option<&str>) -> TokenLimits {
        TokenLimits { scopes: Permissions::of(scopes), app: app.map(str::to_owned) }
    }

    #[test]
    fn a_token_does_what_its_scopes_say_where_it_is_for() {
        use ActionName as A;
        let app = |name: &str| Target::App(name.to_owned());
        let look = limits(&[Permission::ViewApp], None);
        assert!(look.admit(A::ViewPlan, &app("a")) && look.admit(A::ListApps, &Target::Site));
        assert!(!look.admit(A::Deploy, &app("a")) && !look.admit(A::ViewRecipes, &Target::Site));
        let one = limits(&[Permission::ViewApp, Permission::Deploy, Permission::ViewCatalogue], Some("a"));
        assert!(one.admit(A::Deploy, &app("a")) && one.admit(A::ListApps, &Target::Site));
        assert!(!one.admit(A::Deploy, &app("b")) && one.admit(A::ViewRecipes, &Target::Site));
        assert!(!TokenLimits::default().admit(A::ViewApp, &app("a")));
    }

    #[test]
    fn a_token_sees_of_its_owners_apps_what_it_is_for() {
        let apps = |names: &[&str]| Sight::Apps(names.iter().map(|name| (*name).to_owned()).collect());
        let look = Permission::ViewApp;
        assert_eq!(limits(&[look], None).narrow(look, apps(&["a", "b"])), apps(&["a", "b"]));
        assert_eq!(limits(&[look], None).narrow(look, Sight::All), Sight::All);
        assert_eq!(limits(&[look], Some("a")).narrow(look, Sight::All), apps(&["a"]));
        assert_eq!(limits(&[look], Some("a")).narrow(look, apps(&["b"])), apps(&[]));
        assert_eq!(limits(&[Permission::Deploy], None).narrow(look, Sight::All), apps(&[]));
    }

    #[test]
    fn no_token_has_a_say_over_people_or_tokens() {
        let all = TokenLimits { scopes: Permissions::all(), app: None };
        for what in ActionName::ALL {
            let word = what.as_str();
            if ["token.", "member.", "people.", "role.", "session.", "site."].iter().any(|area| word.starts_with(area)) {
                assert!(!all.admit(*what, &Target::Site), "{word}");
            }
        }
    }

    #[test]
    fn limits_are_never_read_from_where_a_token_is_told_of() {
        let by = ByToken { id: 3, name: "ci".into(), limits: limits(&[Permission::Deploy], None) };
        let text = serde_json::to_string(&by).unwrap();
        assert_eq!(text, r#"{"id":3,"name":"ci"}"#);
        assert_eq!(serde_json::from_str::<ByToken>(&text).unwrap().limits, TokenLimits::default());
    }
}
