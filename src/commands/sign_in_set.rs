use serde_json::{Map, Value};

use super::particulars;
use super::team_change::all_held;
use crate::access::action;
use crate::store::identities::{self, Provider};
use crate::store::{Command, Denied, Tx, grants};

/// Says which identity provider members may sign in with, or that there is none.
pub struct SetSignIn {
    pub provider: Option<Provider>,
    /// Whether the client secret changes with it.
    pub secret: bool,
}

impl Command for SetSignIn {
    type Needs = action::EditSignIn;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        match &self.provider {
            None => particulars([("change", "off".into())]),
            Some(p) => particulars([
                ("provider", p.issuer.clone().into()),
                ("client_secret", if self.secret { "changed" } else { "kept" }.into()),
            ]),
        }
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let before = identities::provider(tx)?;
        let known = before.as_ref().map(|p| p.teams.clone()).unwrap_or_default();
        if let Some(wanted) = &self.provider {
            // Whoever fills a team gives what it has.
            let book = grants::book(tx)?;
            for (group, team) in wanted.teams.iter().filter(|pair| !known.contains(pair)) {
                if !book.teams.contains_key(team) {
                    return Err(Denied::rule("teams", format!("the team for {group} is not there any more")));
                }
                all_held(tx, &book, *team)?;
            }
        }
        identities::set_provider(tx, self.provider.as_ref())?;
        let (old, new) = (before.as_ref().map(lines).unwrap_or_default(), self.provider.as_ref().map(lines).unwrap_or_default());
        tx.detail("before", only_in(&old, &new));
        tx.detail("after", only_in(&new, &old));
        Ok(())
    }
}

/// What is set, one line each; the client secret is not among it.
fn lines(p: &Provider) -> Vec<String> {
    let teams = p.teams.iter().map(|(group, team)| format!("group {group} fills team {team}"));
    let set = [
        format!("issuer {}", p.issuer),
        format!("client {}", p.client_id),
        format!("label {}", p.label),
        format!("scopes {}", p.scopes),
        format!("group claim {}", p.group_claim),
        format!("second factor by acr {}", p.strong_acr),
        format!("new members {}", if p.provision { "yes" } else { "no" }),
    ];
    set.into_iter().chain(teams).collect()
}

fn only_in(one: &[String], other: &[String]) -> String {
    one.iter().filter(|line| !other.contains(line)).map(String::as_str).collect::<Vec<_>>().join("; ")
}
