use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::particulars;
use super::session_begin::begin;
use crate::access::{action, member_name};
use crate::store::identities::{self, Account};
use crate::store::sessions::{NewSession, Stage};
use crate::store::{Command, Denied, Tx, grants, members};

/// The word of the refusal of somebody whose account belongs to no member.
pub const NO_MEMBER: &str = "no-member";

/// Begins a session for whom the identity provider vouches.
pub struct BeginBySso {
    pub account: Account,
    /// The groups that it says they are in; `None` where they do not matter.
    pub groups: Option<BTreeSet<String>>,
    pub session: NewSession,
    /// The session that the browser had before, which ends with this.
    pub instead_of: Option<i32>,
    /// Whether this member signed in with this browser before.
    pub known_device: bool,
    /// The member that the page found; somebody else meanwhile is refused.
    pub member: Option<i32>,
}

impl Command for BeginBySso {
    type Needs = action::SignIn;
    /// The ids of session and member.
    type Output = (i32, i32);

    fn particulars(&self) -> Map<String, Value> {
        let Account { issuer, subject, name } = self.account.clone();
        particulars([("provider", issuer.into()), ("subject", subject.into()), ("account", name.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(i32, i32), Denied> {
        let no_member = |text: &str| Err(Denied::rule(NO_MEMBER, text));
        let Some(provider) = identities::provider(tx)?.filter(|p| p.issuer == self.account.issuer) else {
            return no_member("another provider was set meanwhile");
        };
        let found = identities::member_of(tx, &self.account)?;
        if found != self.member {
            return no_member("the link was changed meanwhile");
        }
        let member = match found {
            Some(member) => member,
            None if provider.provision => join(tx, &self.account)?,
            None => return no_member("no member is linked with this account"),
        };
        identities::used(tx, &self.account)?;
        let name = members::name_of(tx, member)?.unwrap_or_default();
        let whole = self.session.stage == Stage::Full;
        tx.detail("member", name.clone());
        tx.detail("agent", self.session.agent.clone());
        tx.detail("waits_for", if whole { "" } else { "code" });
        let new_device = whole && !self.known_device && found.is_some();
        let session = begin(tx, (member, &name), &self.session, self.instead_of, new_device)?;
        if let Some(groups) = self.groups {
            fill(tx, member, &groups, &provider.teams)?;
        }
        Ok((session, member))
    }
}

/// Makes a member of whoever signs in for the first time: without a password, and without any right.
fn join(tx: &mut Tx<'_>, account: &Account) -> Result<i32, Denied> {
    let wanted: String = account.name.chars().take(50).collect();
    let wanted = member_name(&wanted).unwrap_or_else(|_bad| "New member".to_owned());
    let mut name = wanted.clone();
    let mut number = 2;
    // A name that somebody has stays theirs, whatever the provider says.
    while members::id_of(tx, &name)?.is_some() {
        name = format!("{wanted} {number}");
        number += 1;
    }
    let member = members::insert_bare(tx, &name, "")?;
    identities::link(tx, member, account)?;
    tx.detail("joined", true);
    Ok(member)
}

/// Puts a member into the teams of their groups, and takes them out of those of others. Teams that no group fills stay as they are.
fn fill(tx: &mut Tx<'_>, member: i32, groups: &BTreeSet<String>, mapped: &[(String, i32)]) -> Result<(), Denied> {
    let now: BTreeSet<i32> = identities::teams_of(tx, member)?.into_iter().collect();
    let filled: BTreeSet<i32> = mapped.iter().map(|(_, team)| *team).collect();
    let wanted: BTreeSet<i32> = mapped.iter().filter(|(group, _)| groups.contains(group)).map(|(_, team)| *team).collect();
    let come: Vec<i32> = wanted.difference(&now).copied().collect();
    let go: Vec<i32> = filled.intersection(&now).copied().filter(|team| !wanted.contains(team)).collect();
    if come.is_empty() && go.is_empty() {
        return Ok(());
    }
    let before = grants::book(tx)?;
    for team in &come {
        grants::set_in_team(tx, *team, member, true)?;
    }
    for team in &go {
        grants::set_in_team(tx, *team, member, false)?;
        if grants::somebody_may_do_everything(tx).is_err() {
            // Better an admin too many than none.
            grants::set_in_team(tx, *team, member, true)?;
            tx.detail("kept_in_team", *team);
        }
    }
    let after = grants::book(tx)?;
    let names = |teams: &[i32]| -> Vec<String> {
        teams.iter().filter_map(|team| before.teams.get(team)).map(|team| team.name.clone()).collect()
    };
    tx.detail("teams_joined", names(&come));
    tx.detail("teams_left", names(&go));
    tx.changed_rights(&before, &after);
    Ok(())
}
