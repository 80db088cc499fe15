//! What an app needs held against what is there: which secrets are missing, in use, left over, and whose they are.
//!
//! Whoever removes something here must be sure whose it is. The caller has found that out (`stack::belongings`); what it leaves open,
//! for secrets that were made by hand carry no label, the names in the recipe decide.

use std::collections::BTreeSet;

use super::need::SecretNeed;

/// A secret that is there, as the caller read it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Present {
    /// Its full name.
    pub name: String,
    pub own: Own,
    /// Services that read it now, of whichever stack.
    pub used_by: Vec<String>,
    /// When it was made, in milliseconds since 1970.
    pub created: i64,
}

/// Whose secrets are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    pub stack: &'a str,
    /// The names of secrets in the compose files, whether a service uses them or not.
    pub declared: &'a BTreeSet<String>,
}

/// How a secret stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Needed and there.
    Ok,
    /// Needed and not there: a deploy can't begin.
    Missing,
    /// A service that runs still reads it; with these settings the next deploy does without it.
    Outdated,
    /// Another version of what the recipe knows, or of a feature that is switched off. Nothing reads it.
    Unused,
    /// The recipe knows nothing of the kind, and nothing reads it.
    Orphan,
}

/// One secret of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The full name.
    pub name: String,
    /// The name in the compose files.
    pub local: String,
    /// Empty for a name without one.
    pub version: String,
    pub standing: Standing,
    /// What the recipe asks for, if it asks for it.
    pub need: Option<SecretNeed>,
    /// What is there, if it is.
    pub present: Option<Present>,
    /// It is this app's own for sure and nothing reads it, so it may go.
    pub removable: bool,
}

/// Whether a secret is the owner's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Own {
    Yes,
    /// Its name fits, but nothing else tells.
    Perhaps,
    #[default]
    No,
}

/// Every secret that the app needs, by the order of `needs`, and then whatever else of it is there, by name.
pub fn stock(owner: &Owner<'_>, needs: &[SecretNeed], present: &[Present]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = needs.iter().map(|need| needed(owner, need, present)).collect();
    let mut others: Vec<Entry> =
        present.iter().filter(|p| needs.iter().all(|n| n.name != p.name)).filter_map(|p| left_over(owner, p)).collect();
    others.sort_by(|a, b| a.name.cmp(&b.name));
    entries.extend(others);
    entries
}

fn needed(owner: &Owner<'_>, need: &SecretNeed, present: &[Present]) -> Entry {
    let present = present.iter().find(|p| p.name == need.name).cloned();
    let removable = present.as_ref().is_some_and(|p| p.used_by.is_empty() && own(owner, p) == Own::Yes);
    Entry {
        name: need.name.clone(),
        local: need.local.clone(),
        version: need.version.clone(),
        standing: if present.is_some() { Standing::Ok } else { Standing::Missing },
        need: Some(need.clone()),
        present,
        removable,
    }
}

fn left_over(owner: &Owner<'_>, present: &Present) -> Option<Entry> {
    let own = own(owner, present);
    if own == Own::No {
        return None;
    }
    let (local, version) = parts(owner.stack, &present.name);
    let standing = match (present.used_by.is_empty(), owner.declared.contains(&local)) {
        (false, _) => Standing::Outdated,
        (true, true) => Standing::Unused,
        (true, false) => Standing::Orphan,
    };
    Some(Entry {
        name: present.name.clone(),
        local,
        version,
        standing,
        need: None,
        present: Some(present.clone()),
        removable: own == Own::Yes && present.used_by.is_empty(),
    })
}

/// Where nothing but the name tells, the recipe must know the rest of it.
fn own(owner: &Owner<'_>, present: &Present) -> Own {
    match present.own {
        Own::Perhaps if owner.declared.contains(&parts(owner.stack, &present.name).0) => Own::Yes,
        told => told,
    }
}

/// What stands behind `<stack>_`.
fn inside<'n>(stack: &str, name: &'n str) -> Option<&'n str> {
    name.strip_prefix(stack)?.strip_prefix('_').filter(|rest| !rest.is_empty())
}

/// The local name and the version in a full name.
fn parts(stack: &str, name: &str) -> (String, String) {
    let rest = inside(stack, name).unwrap_or(name);
    let (local, version) = rest.rsplit_once('_').unwrap_or((rest, ""));
    (local.to_owned(), version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::Rule;
    use super::*;

    fn present(name: &str, own: Own, used: &[&str]) -> Present {
        let used_by = used.iter().map(|s| (*s).to_owned()).collect();
        Present { name: name.to_owned(), own, used_by, ..Present::default() }
    }

    fn of(present: &[Present]) -> Vec<(String, Standing, bool)> {
        let names = |all: &[&str]| all.iter().map(|n| (*n).to_owned()).collect::<BTreeSet<_>>();
        let declared = names(&["db", "smtp"]);
        let owner = Owner { stack: "app", declared: &declared };
        let db = SecretNeed {
            local: "db".to_owned(),
            name: "app_db_v2".to_owned(),
            version: "v2".to_owned(),
            variable: Some("SECRET_DB_VERSION".to_owned()),
            rule: Rule::Passphrase,
            services: vec!["db".to_owned()],
            notice: None,
        };
        stock(&owner, &[db], present).into_iter().map(|e| (e.name, e.standing, e.removable)).collect()
    }

    #[test]
    fn what_is_another_s_is_not_listed_however_it_is_called() {
        let found = of(&[present("app_db_v9", Own::No, &[]), present("app_two_db_v1", Own::No, &["app_two_db"])]);
        assert_eq!(found, [("app_db_v2".to_owned(), Standing::Missing, false)]);
    }

    #[test]
    fn what_is_left_over_is_told_apart_and_only_what_is_surely_ours_may_go() {
        let found = of(&[
            present("app_db_v2", Own::Yes, &["app_db"]),
            present("app_db_v1", Own::Perhaps, &["app_db"]),
            present("app_smtp_v1", Own::Perhaps, &[]),
            present("app_old_token_v1", Own::Yes, &[]),
            present("app_three_key_v1", Own::Perhaps, &[]),
        ]);
        let expected = [
            ("app_db_v2", Standing::Ok, false),
            ("app_db_v1", Standing::Outdated, false),
            ("app_old_token_v1", Standing::Orphan, true),
            ("app_smtp_v1", Standing::Unused, true),
            ("app_three_key_v1", Standing::Orphan, false),
        ];
        assert_eq!(found, expected.map(|(name, standing, may)| (name.to_owned(), standing, may)));
    }
}
