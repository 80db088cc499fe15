//! The form of a new token.

use std::collections::BTreeMap;

use crate::access::{Permission, Permissions, TokenLimits, member_name};
use crate::settings::Network;
use crate::store::tokens::LONGEST_DAYS;
use crate::web::shell::Problems;

/// Days that a token is good for where nobody chooses.
const USUAL_DAYS: i64 = 90;
/// Days to choose from.
const DAYS: [(i64, &str); 5] =
    [(7, "a week"), (30, "30 days"), (USUAL_DAYS, "90 days"), (180, "half a year"), (LONGEST_DAYS, "a year")];

/// What is chosen in the form; what was sent wrong stays as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenForm {
    pub name: String,
    pub groups: Vec<ScopeGroup>,
    /// Empty for all apps.
    pub app: String,
    pub days: String,
    pub network: String,
}

/// Scopes of one area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeGroup {
    pub title: &'static str,
    pub ticks: Vec<ScopeTick>,
}

/// A scope to tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeTick {
    pub word: &'static str,
    pub text: &'static str,
    pub ticked: bool,
    /// The first of all: where the summary leads.
    pub first: bool,
}

/// What was asked for, once it can be a token.
pub(super) struct Chosen {
    pub(super) name: String,
    pub(super) limits: TokenLimits,
    pub(super) network: Option<String>,
    pub(super) days: i64,
}

impl TokenForm {
    /// The form as it is opened.
    pub(super) fn new(offered: Permissions) -> Self {
        Self {
            name: String::new(),
            groups: groups(offered, Permissions::of(&[Permission::ViewApp])),
            app: String::new(),
            days: USUAL_DAYS.to_string(),
            network: String::new(),
        }
    }

    /// What was sent, and the token if it can be one. `apps` are those that the member may see.
    pub(super) fn read(
        fields: &BTreeMap<String, String>,
        offered: Permissions,
        apps: &[String],
        problems: &mut Problems,
    ) -> (Self, Option<Chosen>) {
        let text = |name: &str| fields.get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        let ticked: Vec<Permission> = offered.iter().filter(|p| fields.contains_key(&format!("scope.{}", p.as_str()))).collect();
        let scopes = Permissions::of(&ticked);
        let (name, app, days, network) = (text("name"), text("app"), text("days"), text("network"));
        let form = Self { groups: groups(offered, scopes), name, app, days, network };
        let chosen = form.chosen(scopes, apps, problems);
        (form, chosen)
    }

    fn chosen(&self, scopes: Permissions, apps: &[String], problems: &mut Problems) -> Option<Chosen> {
        let name = member_name(&self.name);
        if name.is_err() {
            problems.add("name", "Give it a name of 1 to 60 characters, all of them visible");
        }
        if scopes.is_empty() {
            problems.add("scope", "Tick what it may do");
        }
        let app = Some(self.app.clone()).filter(|app| !app.is_empty());
        if app.as_ref().is_some_and(|app| !apps.contains(app)) {
            problems.add("app", "Choose one of the apps, or all");
        }
        if app.is_some() && scopes.iter().any(|p| p.reach() == crate::access::permission::Reach::Site) {
            problems.add("app", "What is ticked reaches beyond one app; choose all apps, or untick it");
        }
        let days = self.days.parse().ok().filter(|days| (1..=LONGEST_DAYS).contains(days));
        if days.is_none() {
            problems.add("days", "Choose how long it is good for, a year at most");
        }
        let network = match self.network.as_str() {
            "" => None,
            typed => {
                if typed.parse::<Network>().is_err() {
                    problems.add("network", "Write an address, or a network such as 10.0.0.0/8 or 2001:db8::/32");
                }
                Some(typed.to_owned())
            }
        };
        let (name, days) = (name.ok()?, days?);
        problems.is_empty().then_some(Chosen { name, limits: TokenLimits { scopes, app }, network, days })
    }

    /// Days to choose from: value, words, whether it is chosen.
    pub fn spans(&self) -> Vec<(i64, &'static str, bool)> {
        DAYS.iter().map(|(days, words)| (*days, *words, self.days == days.to_string())).collect()
    }
}

/// The scopes in the areas that members know.
fn groups(offered: Permissions, ticked: Permissions) -> Vec<ScopeGroup> {
    let mut groups: Vec<ScopeGroup> = vec![];
    for (at, scope) in offered.iter().enumerate() {
        let title = area(scope.as_str());
        let tick = ScopeTick { word: scope.as_str(), text: scope.text(), ticked: ticked.has(scope), first: at == 0 };
        match groups.iter_mut().find(|group| group.title == title) {
            Some(group) => group.ticks.push(tick),
            None => groups.push(ScopeGroup { title, ticks: vec![tick] }),
        }
    }
    groups
}

fn area(word: &str) -> &'static str {
    match word.split('.').next().unwrap_or_default() {
        "app" => "Apps",
        "backup" => "Backups",
        "catalogue" | "recipe" => "Recipes",
        "audit" => "The history",
        _ => "The dashboard",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Role, token};

    fn read(pairs: &[(&str, &str)]) -> (Option<Chosen>, Vec<String>) {
        let fields = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let mut problems = Problems::none();
        let apps = ["pad.example.org".to_owned()];
        let (_, chosen) = TokenForm::read(&fields, token::offered(Role::Admin.permissions()), &apps, &mut problems);
        (chosen, problems.0.into_iter().map(|p| p.field).collect())
    }

    #[test]
    fn what_can_not_be_a_token_is_told_where_it_is_wrong() {
        let good =
            [("name", "ci"), ("scope.app.view", "on"), ("app", "pad.example.org"), ("days", "90"), ("network", "10.0.0.0/8")];
        let (chosen, problems) = read(&good);
        let chosen = chosen.unwrap();
        assert!(
            problems.is_empty() && chosen.limits.scopes.has(Permission::ViewApp) && !chosen.limits.scopes.has(Permission::Deploy)
        );
        assert_eq!(
            (chosen.days, chosen.network.as_deref(), chosen.limits.app.as_deref()),
            (90, Some("10.0.0.0/8"), Some("pad.example.org"))
        );
        for (name, value, wrong) in [
            ("name", "", "name"),
            ("name", "a\u{202e}b", "name"),
            ("app", "other.example.org", "app"),
            ("days", "366", "days"),
            ("days", "0", "days"),
            ("network", "10.0.0.0/99", "network"),
        ] {
            let mut pairs = good.to_vec();
            pairs.retain(|(n, _)| *n != name);
            pairs.push((name, value));
            let (chosen, problems) = read(&pairs);
            assert!(chosen.is_none() && problems == [wrong], "{name}={value}: {problems:?}");
        }
        assert_eq!(
            read(&[("name", "ci"), ("days", "7"), ("scope.people.edit", "on")]).1,
            ["scope"],
            "what is not offered is no scope"
        );
    }
}
