use std::collections::{BTreeMap, BTreeSet};

use super::permission::{Permission, Permissions};
use super::rights::{Held, Rights};
use super::role::Role;

/// Milliseconds since 1970 (UTC).
type Millis = i64;

/// Everything that rights are worked out from, as one value. Pages make a change to a copy of it, and show what that changes, before
/// anything is saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// Names of members by row.
    pub members: BTreeMap<i32, String>,
    pub teams: BTreeMap<i32, Team>,
    /// A co-op's own roles.
    pub roles: BTreeMap<i32, OwnRole>,
    /// Apps that were not removed.
    pub apps: BTreeMap<i32, Tagged>,
    pub grants: BTreeMap<i32, Granted>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub name: String,
    pub members: BTreeSet<i32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRole {
    pub name: String,
    pub permissions: Permissions,
}

/// An app with its tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagged {
    pub name: String,
    pub tags: BTreeSet<String>,
}

/// A role for somebody over something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    pub to: To,
    pub what: What,
    pub scope: Scope,
    pub until: Option<Millis>,
    pub at: Millis,
    pub by: String,
}

/// Who gets a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    Member(i32),
    Team(i32),
}

/// Which role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// One that comes with the product.
    Bundle(Role),
    /// One of the co-op's own.
    Own(i32),
}

/// Over what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    Everything,
    /// All apps that have this tag, now or later.
    Tag(String),
    /// One app, by its row.
    App(i32),
}

/// What changes for one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub member: i32,
    pub places: Vec<Place>,
}

/// What changes in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `None`: over everything.
    pub app: Option<String>,
    pub gained: Permissions,
    pub lost: Permissions,
}

impl Book {
    /// Name and permissions of a role. One that is gone gives nothing.
    pub fn role(&self, what: What) -> (String, Permissions) {
        match what {
            What::Bundle(role) => (role.as_str().to_owned(), role.permissions()),
            What::Own(id) => self.roles.get(&id).map(|r| (r.name.clone(), r.permissions)).unwrap_or_default(),
        }
    }

    /// The name of a member or a team, if it is there.
    pub fn name_of(&self, to: To) -> Option<&str> {
        match to {
            To::Member(id) => self.members.get(&id).map(String::as_str),
            To::Team(id) => self.teams.get(&id).map(|team| team.name.as_str()),
        }
    }

    /// A scope in words.
    pub fn scope_name(&self, scope: &Scope) -> String {
        match scope {
            Scope::Everything => "everything".to_owned(),
            Scope::Tag(tag) => format!("apps with the tag {tag}"),
            Scope::App(id) => self.apps.get(id).map_or_else(|| "an app that was removed".to_owned(), |app| app.name.clone()),
        }
    }

    /// The members whom a grant to this one concerns.
    pub fn concerned(&self, to: To) -> BTreeSet<i32> {
        match to {
            To::Member(id) => BTreeSet::from([id]),
            To::Team(id) => self.teams.get(&id).map(|team| team.members.clone()).unwrap_or_default(),
        }
    }

    /// The apps in a scope by name; `None` for everything.
    pub fn apps_in(&self, scope: &Scope) -> Option<Vec<String>> {
        match scope {
            Scope::Everything => None,
            Scope::Tag(tag) => Some(self.apps.values().filter(|a| a.tags.contains(tag)).map(|a| a.name.clone()).collect()),
            Scope::App(id) => Some(self.apps.get(id).map(|a| a.name.clone()).into_iter().collect()),
        }
    }

    /// The tags that apps or grants have.
    pub fn tags(&self) -> BTreeSet<String> {
        let granted = self.grants.values().filter_map(|g| match &g.scope {
            Scope::Tag(tag) => Some(tag.clone()),
            Scope::Everything | Scope::App(_) => None,
        });
        self.apps.values().flat_map(|a| a.tags.iter().cloned()).chain(granted).collect()
    }

    /// The grants of a member, by row: the member's own and those of teams.
    pub fn of_member(&self, member: i32) -> impl Iterator<Item = (i32, &Granted)> {
        self.grants.iter().filter(move |(_, g)| self.concerned(g.to).contains(&member)).map(|(id, g)| (*id, g))
    }

    /// What a member may do at `now`.
    pub fn rights(&self, member: i32, now: Millis) -> Rights {
        let mut held = vec![];
        for (_, granted) in self.of_member(member) {
            let (role, permissions) = self.role(granted.what);
            let one = |app| Held { role: role.clone(), permissions, app, until: granted.until };
            match self.apps_in(&granted.scope) {
                None => held.push(one(None)),
                Some(apps) => held.extend(apps.into_iter().map(|app| one(Some(app)))),
            }
        }
        Rights::of(&held, now, 0)
    }

    /// The grants of a member that give a permission on an app, or over everything.
    pub fn why(&self, member: i32, one: Permission, app: Option<&str>, now: Millis) -> Vec<(i32, &Granted)> {
        let gives = |g: &Granted| {
            let there = match (self.apps_in(&g.scope), app) {
                (None, _) => true,
                (Some(apps), Some(app)) => apps.iter().any(|a| a == app),
                (Some(_), None) => false,
            };
            there && self.role(g.what).1.has(one) && g.until.is_none_or(|until| until > now)
        };
        self.of_member(member).filter(|(_, g)| gives(g)).collect()
    }

    /// What members may do afterwards and not now, and the other way round. Whom nothing changes for is not in it.
    pub fn difference(&self, after: &Self, now: Millis) -> Vec<Difference> {
        let members: BTreeSet<i32> = self.members.keys().chain(after.members.keys()).copied().collect();
        let of = |member| Difference { member, places: places(&self.rights(member, now), &after.rights(member, now)) };
        members.into_iter().map(of).filter(|d| !d.places.is_empty()).collect()
    }

    /// Members who have every permission over everything, for good.
    pub fn admins(&self) -> Vec<i32> {
        let lasting = |member: &i32| {
            let grants = self.of_member(*member).filter(|(_, g)| g.scope == Scope::Everything && g.until.is_none());
            grants.fold(Permissions::NONE, |sum, (_, g)| sum.and(self.role(g.what).1)) == Permissions::all()
        };
        self.members.keys().copied().filter(lasting).collect()
    }
}

fn places(before: &Rights, after: &Rights) -> Vec<Place> {
    let change = |app, old: Permissions, new: Permissions| Place { app, gained: new.without(old), lost: old.without(new) };
    let all = change(None, before.everywhere(), after.everywhere());
    let apps: BTreeSet<&String> = before.apps().chain(after.apps()).collect();
    let of = |app: &String| {
        let one = change(Some(app.clone()), before.on(app), after.on(app));
        // What changes over everything is told once.
        Place { gained: one.gained.without(all.gained), lost: one.lost.without(all.lost), ..one }
    };
    let rest: Vec<Place> = apps.into_iter().map(of).collect();
    [all].into_iter().chain(rest).filter(|p| !p.gained.is_empty() || !p.lost.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(to: To, role: Role, scope: Scope) -> Granted {
        Granted { to, what: What::Bundle(role), scope, until: None, at: 0, by: "ana".into() }
    }

    fn book() -> Book {
        let app = |name: &str, tags: &[&str]| Tagged { name: name.into(), tags: tags.iter().map(|t| (*t).to_owned()).collect() };
        Book {
            members: [(1, "ana".into()), (2, "bo".into())].into(),
            teams: [(1, Team { name: "Web".into(), members: [2].into() })].into(),
            roles: BTreeMap::new(),
            apps: [(1, app("pad", &["web"])), (2, app("wiki", &[]))].into(),
            grants: [
                (1, granted(To::Member(1), Role::Admin, Scope::Everything)),
                (2, granted(To::Team(1), Role::Operator, Scope::Tag("web".into()))),
            ]
            .into(),
        }
    }

    #[test]
    fn a_team_a_tag_and_an_app_come_to_the_same() {
        let book = book();
        let bo = book.rights(2, 0);
        assert!(bo.on("pad").has(Permission::Deploy) && bo.on("wiki").is_empty() && bo.everywhere().is_empty());
        let why = book.why(2, Permission::Deploy, Some("pad"), 0);
        assert_eq!(why.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [2]);
        assert!(book.why(2, Permission::RemoveApp, Some("pad"), 0).is_empty());
        assert_eq!(book.admins(), [1]);
    }

    #[test]
    fn a_change_is_told_for_all_whom_it_concerns_before_it_is_made() {
        let before = book();
        let mut after = before.clone();
        after.apps.get_mut(&2).unwrap().tags.insert("web".into());
        let told = before.difference(&after, 0);
        assert_eq!((told.len(), told[0].member, told[0].places.len()), (1, 2, 1));
        assert_eq!(told[0].places[0].app.as_deref(), Some("wiki"));
        assert_eq!(told[0].places[0].gained, Role::Operator.permissions().on_apps());

        let mut gone = before.clone();
        gone.grants.get_mut(&1).unwrap().until = Some(5);
        assert!(before.difference(&gone, 0).is_empty() && gone.admins().is_empty());
        assert_eq!(before.difference(&gone, 5)[0].places[0].lost, Permissions::all());
    }
}
