use serde_json::{Map, Value};

use super::particulars;
use crate::access::approval::{MOST_APPROVALS, MOST_DAYS, MOST_HOURS, Needs, Rule};
use crate::access::{Book, Scope, action};
use crate::store::{Command, Denied, Tx, approval_rules, grants};

/// Makes, changes or removes a rule about what needs approval.
pub enum ChangeApprovalRule {
    Make { rule: Rule },
    Save { id: i32, rule: Rule },
    Remove { id: i32 },
}

impl Command for ChangeApprovalRule {
    type Needs = action::EditApprovalRules;
    type Output = ();

    fn particulars(&self) -> Map<String, Value> {
        let change = match self {
            Self::Make { .. } => "made",
            Self::Save { .. } => "changed",
            Self::Remove { .. } => "removed",
        };
        particulars([("change", change.into())])
    }

    fn apply(self, tx: &mut Tx<'_>) -> Result<(), Denied> {
        let book = grants::book(tx)?;
        let before = match &self {
            Self::Make { .. } => None,
            Self::Save { id, .. } | Self::Remove { id } => Some((*id, approval_rules::rule(tx, *id)?)),
        };
        if let Some((id, rule)) = &before {
            tx.detail("rule", *id);
            tx.detail("before", told(&book, rule));
        }
        let (id, rule) = match self {
            Self::Make { rule } => (None, rule),
            Self::Save { id, rule } => (Some(id), rule),
            Self::Remove { id } => return approval_rules::remove(tx, id),
        };
        sound(&book, &rule)?;
        tx.detail("after", told(&book, &rule));
        let kept = approval_rules::keep(tx, id, &rule)?;
        tx.detail("rule", kept);
        Ok(())
    }
}

/// A rule in words, as the audit log and the list of rules tell it.
pub fn told(book: &Book, rule: &Rule) -> String {
    let kinds = rule.kinds.iter().map(|kind| kind.text()).collect::<Vec<_>>().join(", ");
    let needs = match rule.needs {
        Needs::Approvals(1) => "1 approval".to_owned(),
        Needs::Approvals(n) => format!("{n} approvals"),
        Needs::Quiet(1) => "no objection within 1 hour".to_owned(),
        Needs::Quiet(hours) => format!("no objection within {hours} hours"),
    };
    let days = if rule.expires_days == 1 { "1 day".to_owned() } else { format!("{} days", rule.expires_days) };
    format!("{kinds}; over {}: {needs}, expires after {days}", book.scope_name(&rule.scope))
}

/// Refuses what no rule can be, each with the name of what is wrong.
fn sound(book: &Book, rule: &Rule) -> Result<(), Denied> {
    if rule.kinds.is_empty() {
        return Err(Denied::rule("kinds", "choose at least one kind of operation"));
    }
    if let Scope::App(id) = &rule.scope
        && !book.apps.contains_key(id)
    {
        return Err(Denied::rule("over", "this app is not there any more; choose another one"));
    }
    let fits = match rule.needs {
        Needs::Approvals(n) => (1..=MOST_APPROVALS).contains(&n).then_some(()).ok_or(("approvals", MOST_APPROVALS)),
        Needs::Quiet(hours) => (1..=MOST_HOURS).contains(&hours).then_some(()).ok_or(("hours", MOST_HOURS)),
    };
    if let Err((field, most)) = fits {
        return Err(Denied::rule(field, format!("write a whole number from 1 to {most}")));
    }
    if !(1..=MOST_DAYS).contains(&rule.expires_days) {
        return Err(Denied::rule("days", format!("write a whole number of days from 1 to {MOST_DAYS}")));
    }
    Ok(())
}
