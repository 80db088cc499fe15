use std::collections::{BTreeMap, BTreeSet};

use super::permission::{Permission, Permissions};
use super::sight::Sight;

/// Milliseconds since 1970 (UTC).
type Millis = i64;

/// What a member may do now, worked out from the grants that the member has. It is kept with the number of the state that it was worked
/// out from, so that whoever holds it can tell whether it is still so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    everywhere: Permissions,
    /// What grants for single apps add, by the app's name.
    apps: BTreeMap<String, Permissions>,
    /// The roles over everything, then on how many apps there are others: what the rail says below the name.
    title: String,
    /// When the next of the grants that this rests on runs out.
    until: Option<Millis>,
    /// The state of all grants that this was worked out from; `None` for what rests on no grant.
    as_of: Option<i64>,
    bounds: Option<Bounds>,
}

/// A grant as it counts for one member: a grant for a tag counts once for each app that has the tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The role's name.
    pub role: String,
    pub permissions: Permissions,
    /// The app that it is for; `None` for everything.
    pub app: Option<String>,
    pub until: Option<Millis>,
}

/// Less than a member's own rights: what an API token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub permissions: Permissions,
    /// The only apps; `None` for all.
    pub apps: Option<BTreeSet<String>>,
}

impl Rights {
    /// What these grants amount to at `now`. `as_of` is the number of the state that they were read from.
    pub fn of(held: &[Held], now: Millis, as_of: i64) -> Self {
        let mut rights = Self { as_of: Some(as_of), ..Self::default() };
        let mut titles: Vec<&str> = vec![];
        for one in held.iter().filter(|h| h.until.is_none_or(|until| until > now)) {
            if let Some(until) = one.until {
                rights.until = Some(rights.until.map_or(until, |earlier| earlier.min(until)));
            }
            match &one.app {
                None => {
                    rights.everywhere = rights.everywhere.and(one.permissions);
                    if !titles.contains(&one.role.as_str()) {
                        titles.push(&one.role);
                    }
                }
                Some(app) => {
                    let on = rights.apps.entry(app.clone()).or_default();
                    *on = on.and(one.permissions.on_apps());
                }
            }
        }
        let apps = match rights.apps.len() {
            0 => None,
            1 => Some("1 app".to_owned()),
            n => Some(format!("{n} apps")),
        };
        rights.title = match (titles.join(", "), apps) {
            (roles, _) if !roles.is_empty() => roles,
            (_, Some(apps)) => apps,
            (_, None) => "no rights yet".to_owned(),
        };
        rights
    }

    /// No more than `bounds`.
    #[must_use]
    pub fn within(mut self, bounds: Bounds) -> Self {
        self.bounds = Some(bounds);
        self
    }

    /// What they were bounded to.
    pub const fn bounds(&self) -> Option<&Bounds> {
        self.bounds.as_ref()
    }

    /// What holds over everything: the only thing that gives rights over the dashboard itself.
    pub fn everywhere(&self) -> Permissions {
        match &self.bounds {
            None => self.everywhere,
            Some(Bounds { apps: Some(_), .. }) => Permissions::NONE,
            Some(Bounds { permissions, apps: None }) => self.everywhere.common(*permissions),
        }
    }

    /// What holds on this app.
    pub fn on(&self, app: &str) -> Permissions {
        let all = self.apps.get(app).copied().unwrap_or_default().and(self.everywhere.on_apps());
        match &self.bounds {
            None => all,
            Some(Bounds { apps: Some(apps), .. }) if !apps.contains(app) => Permissions::NONE,
            Some(bounds) => all.common(bounds.permissions),
        }
    }

    /// Whether it holds over everything, or on some app.
    pub fn anywhere(&self, one: Permission) -> bool {
        let bound = self.bounds.as_ref().and_then(|b| b.apps.as_ref()).into_iter().flatten();
        self.everywhere().has(one) || self.apps.keys().chain(bound).any(|app| self.on(app).has(one))
    }

    /// What holds over everything, or on some app.
    pub fn somewhere(&self) -> Permissions {
        Permissions::of(&Permission::ALL.iter().copied().filter(|one| self.anywhere(*one)).collect::<Vec<_>>())
    }

    /// The apps on which it holds.
    pub fn sight(&self, one: Permission) -> Sight {
        if self.everywhere().has(one) {
            return Sight::All;
        }
        let bound = self.bounds.as_ref().and_then(|b| b.apps.as_ref()).into_iter().flatten();
        Sight::Apps(self.apps.keys().chain(bound).filter(|app| self.on(app).has(one)).cloned().collect())
    }

    /// The apps that there are grants for, beside those over everything.
    pub fn apps(&self) -> impl Iterator<Item = &String> {
        self.apps.keys()
    }

    /// Whether this holds in all of a scope: whoever gives or takes rights there must have them.
    pub fn covers(&self, app: Option<&str>, permissions: Permissions) -> bool {
        match app {
            None => permissions.without(self.everywhere()).is_empty(),
            Some(app) => permissions.on_apps().without(self.on(app)).is_empty(),
        }
    }

    /// The roles in words.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// When the next of the grants that this rests on runs out.
    pub const fn until(&self) -> Option<Millis> {
        self.until
    }

    /// Whether this is still so at `now`, where the state of all grants has the number `state`.
    pub fn still_so(&self, state: i64, now: Millis) -> bool {
        self.as_of.is_none_or(|as_of| as_of == state) && self.until.is_none_or(|until| until > now)
    }
}

/// For tests: a role over everything that rests on no grant.
#[cfg(any(test, feature = "testing"))]
impl From<super::Role> for std::sync::Arc<Rights> {
    fn from(role: super::Role) -> Self {
        Self::new(Rights { everywhere: role.permissions(), title: role.as_str().to_owned(), ..Rights::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::permission::Reach;
    use super::super::role::Role;
    use super::*;
    use proptest::prelude::*;

    fn held() -> impl Strategy<Value = Vec<Held>> {
        let one = (0_usize..5, prop::option::of(0_u8..3), prop::option::of(0_i64..20));
        let one = one.prop_map(|(role, app, until)| {
            let role = Role::ALL[role];
            Held { role: role.as_str().into(), permissions: role.permissions(), app: app.map(|a| format!("app{a}")), until }
        });
        prop::collection::vec(one, 0..8)
    }

    proptest! {
        #[test]
        fn rights_are_exactly_what_live_grants_give(held in held(), now in 0_i64..20) {
            let rights = Rights::of(&held, now, 1);
            let live = || held.iter().filter(|h| h.until.is_none_or(|u| u > now));
            for app in ["app0", "app1", "app2", "other"] {
                for one in Permission::ALL {
                    let over = |h: &&Held| h.app.is_none() || h.app.as_deref() == Some(app);
                    let given = live().filter(over).any(|h| h.permissions.has(*one)) && one.reach() == Reach::App;
                    prop_assert_eq!(rights.on(app).has(*one), given, "{} {:?}", app, one);
                }
            }
            for one in Permission::ALL {
                prop_assert_eq!(rights.everywhere().has(*one), live().any(|h| h.app.is_none() && h.permissions.has(*one)));
            }
            prop_assert_eq!(rights.until(), live().filter_map(|h| h.until).min());
            prop_assert_eq!(rights.still_so(1, now + 1), rights.until() != Some(now + 1));
            prop_assert!(!rights.still_so(2, now));
        }

        #[test]
        fn bounds_only_take_away(held in held(), apps in prop::option::of(prop::collection::btree_set("app[0-3]", 0..3))) {
            let rights = Rights::of(&held, 0, 1);
            let bounds = Bounds { permissions: Role::Operator.permissions(), apps };
            let less = rights.clone().within(bounds.clone());
            prop_assert!(less.everywhere().without(rights.everywhere()).is_empty());
            for app in ["app0", "app1", "app2", "app3"] {
                prop_assert!(less.on(app).without(rights.on(app).common(bounds.permissions)).is_empty());
                let seen = less.sight(Permission::ViewApp);
                prop_assert_eq!(seen.has(app), less.on(app).has(Permission::ViewApp));
            }
        }
    }
}
