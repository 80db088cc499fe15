/// Actions that somebody looks for together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its spelling in a query string. No action is spelt so, for those have a dot.
    pub slug: &'static str,
    pub label: &'static str,
    /// Its actions, as the log spells them.
    pub actions: Vec<&'static str>,
}

/// How actions of a group begin; the first that fits counts.
const BEGINNINGS: &[(&str, &str, &[&str])] = &[
    ("secrets", "Secrets and configs", &["app.secret.", "app.config."]),
    ("settings", "Settings and update policies", &["app.settings.", "app.updates."]),
    ("commands", "Commands", &["app.command."]),
    ("apps", "Apps made and removed", &["app.new", "app.import", "app.remove"]),
    ("deploys", "Deploys and what becomes of them", &["app.", "operation."]),
    ("backups", "Backups", &["backup."]),
    ("recipes", "Recipes", &["recipe."]),
    ("log", "Refusals and the log itself", &["audit.", "csp."]),
    ("people", "Members and sign-ins", &["session.", "site.", "member."]),
    ("others", "Others", &[""]),
];

/// Every action that writes, in groups. Groups without one are left out.
pub(super) fn groups() -> Vec<Group> {
    use crate::access::ActionName;
    let of = |word: &str| BEGINNINGS.iter().position(|(_, _, begins)| begins.iter().any(|begin| word.starts_with(begin)));
    let words: Vec<&str> = ActionName::ALL.iter().filter(|a| a.writes()).map(|a| a.as_str()).collect();
    let groups = BEGINNINGS.iter().enumerate().map(|(place, (slug, label, _))| Group {
        slug,
        label,
        actions: words.iter().copied().filter(|word| of(word) == Some(place)).collect(),
    });
    groups.filter(|group| !group.actions.is_empty()).collect()
}

/// The actions that a filter means: those of a group, one, or all.
pub(super) fn actions(chosen: &str) -> Vec<String> {
    let group = groups().into_iter().find(|group| group.slug == chosen);
    match group {
        Some(group) => group.actions.into_iter().map(str::to_owned).collect(),
        None => Some(chosen.to_owned()).filter(|c| !c.is_empty()).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_stands_for_its_actions_and_every_action_for_itself() {
        assert!(actions("secrets").contains(&"app.secret.rotate".to_owned()));
        assert!(actions("deploys").contains(&"operation.conclude".to_owned()));
        assert_eq!(actions("app.deploy"), ["app.deploy"]);
        assert_eq!(actions(""), [""; 0]);
    }
}
