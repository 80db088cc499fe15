use serde_json::{Map, Value};

use super::grant_give::{may_change, may_give, raised};
use super::particulars;
use crate::access::{Book, To, action, member_name};
use crate::store::{Command, Denied, Tx, grants};

/// Makes, renames, fills or removes a team.
pub enum ChangeTeam {
    Make { name: String },
    Rename { id: i32, name: String },
    Add { id: i32, member: i32 },
    Drop { id: i32, member: i32 },
    Remove { id: i32 },
}

impl Command for ChangeTeam {
    type Needs = action::EditTeam;
    /// The team's row.
    type Output = i32;

    fn particulars(&self) -> Map<String, Value> {
        let change = match self {
            Self::Make { .. } => "made",
            Self::Rename { .. } => "renamed",
            Self::Add { .. } => "added",
            Self::Drop { .. } => "dropped",
            Self::Remove { .. } => "removed",
        };
        particulars([("change", change.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<i32, Denied> {
        let before = grants::book(tx)?;
        let team = match self {
            Self::Make { name } => {
                let name = free(&before, &name, None)?;
                tx.detail("team", name.as_str());
                return grants::insert_team(tx, &name);
            }
            Self::Rename { id, .. } | Self::Add { id, .. } | Self::Drop { id, .. } | Self::Remove { id } => id,
        };
        let Some(known) = before.teams.get(&team) else { return Err(Denied::rule("gone", "this team is not there any more")) };
        tx.detail("team", known.name.as_str());
        match self {
            Self::Rename { name, .. } => {
                let name = free(&before, &name, Some(team))?;
                tx.detail("name", name.as_str());
                grants::rename_team(tx, team, &name)?;
            }
            Self::Add { member, .. } | Self::Drop { member, .. } => {
                let Some(name) = before.members.get(&member) else {
                    return Err(Denied::rule("gone", "this member is not there any more"));
                };
                all_held(tx, &before, team)?;
                if matches!(self, Self::Add { .. }) {
                    let now = tx.now();
                    for given in
                        before.grants.values().filter(|g| g.to == To::Team(team) && g.until.is_none_or(|until| until > now))
                    {
                        may_give(tx, &before, &given.scope, before.role(given.what).1, given.until)?;
                    }
                }
                tx.detail("member", name.as_str());
                grants::set_in_team(tx, team, member, matches!(self, Self::Add { .. }))?;
            }
            Self::Remove { .. } => {
                all_held(tx, &before, team)?;
                grants::delete_team(tx, team)?;
            }
            Self::Make { .. } => {}
        }
        grants::somebody_may_do_everything(tx)?;
        let after = grants::book(tx)?;
        tx.changed_rights(&before, &after);
        let given = before.grants.values().filter(|g| g.to == To::Team(team));
        let roles: Vec<String> = given.map(|g| format!("{} over {}", before.role(g.what).0, before.scope_name(&g.scope))).collect();
        raised(tx, &before, &after, &roles.join(", "))?;
        Ok(team)
    }
}

/// Who is in a team has what it was given, so whoever chooses its members must have all of that.
pub(super) fn all_held(tx: &Tx<'_>, book: &Book, team: i32) -> Result<(), Denied> {
    let given = book.grants.values().filter(|g| g.to == To::Team(team));
    given.into_iter().try_for_each(|g| may_change(tx, book, &g.scope, book.role(g.what).1))
}

fn free(book: &Book, name: &str, own: Option<i32>) -> Result<String, Denied> {
    let name = member_name(name).map_err(|e| Denied::rule("name", e.to_string()))?;
    let taken = book.teams.iter().any(|(id, t)| Some(*id) != own && t.name.to_lowercase() == name.to_lowercase());
    if taken { Err(Denied::rule("name", format!("there is already a team called {name}"))) } else { Ok(name) }
}
